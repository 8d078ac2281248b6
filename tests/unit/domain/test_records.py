"""Keys, detections and texts: round trips and refusals."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.cases import CaseKey, PhotoKey
from homeward.domain.detections import Detection, Picture
from homeward.domain.errors import InputError
from tests.factories import detection

keys = st.builds(
    CaseKey, st.just("namus"), st.sampled_from(["MP", "UP"]), st.from_regex(r"[A-Za-z0-9]{1,40}", fullmatch=True)
)
photos = st.builds(PhotoKey, keys, st.integers(0, 10**9), st.from_regex(r"[0-9a-f]{32}", fullmatch=True))


@given(photos)
def test_a_photo_is_found_again_from_its_external_image_id(photo: PhotoKey) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_.\-:]{1,255}", photo.external_image_id)
    assert PhotoKey.parse(photo.external_image_id) == photo
    assert CaseKey.parse(str(photo.case)) == photo.case


@pytest.mark.parametrize("text", ["", "51557", "namus:MP", "namus:MP:x-1", "Namus:MP:1", "namus:MP:1:2:3", "../../etc"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        CaseKey.parse(text)


@pytest.mark.parametrize(
    "key",
    [
        "crops/entrance/20261122T211500123Z-1.png",
        "crops/../20261122T211500123Z-1.jpg",
        "crops/entrance/20261399T211500123Z-1.jpg",
        "crops/entrance/sub/20261122T211500123Z-1.jpg",
        "frames/entrance/20261122T211500123Z-1.jpg",
        "crops/" + "c" * 41 + "/20261122T211500123Z-1.jpg",
    ],
)
def test_what_is_no_crop_is_refused(key: str) -> None:
    with pytest.raises(InputError):
        Detection.of(Picture("pictures", key, None, 1), "central-station")


def test_a_detection_is_named_so_that_people_find_it_and_repeats_do_nothing() -> None:
    first, again, other = detection(), detection(), detection(shot="2")
    assert first == again
    assert first.detection_id != other.detection_id
    assert re.fullmatch(r"entrance-20261122T211500-[0-9a-f]{12}", first.detection_id)


def test_every_name_fits_step_functions() -> None:
    longest = Detection.of(Picture("b" * 63, f"crops/{'c' * 40}/20261122T211500123Z-1.jpg", "v" * 1000, 1), "p" * 60)
    assert len(longest.detection_id) <= 80


def test_another_version_of_the_object_is_another_detection() -> None:
    key = "crops/entrance/20261122T211500123Z-1.jpg"
    names = {Detection.of(Picture("pictures", key, version, 1), "x").detection_id for version in (None, "v1", "v2")}
    assert len(names) == 3


def test_a_detection_survives_json() -> None:
    assert Detection.from_json(json.loads(json.dumps(detection().to_json()))) == detection()


@pytest.mark.parametrize("broken", [{}, {"detection_id": "x"}, {**detection().to_json(), "picture": {"bucket": "b"}}])
def test_what_is_no_detection_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Detection.from_json(broken)
