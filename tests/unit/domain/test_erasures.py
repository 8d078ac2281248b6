"""What an erasure is about, and how what mentions it is made to mention it no more."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.cases import CaseKey, PhotoKey
from homeward.domain.erasures import ERASED_CASE, Erasure, ErasureState, Redaction, Target, TargetKind, without_number
from homeward.domain.errors import InputError
from tests.factories import detection, frame
from tests.fakes import NOW

KEY = "namus:MP:51557"
CASE = Redaction(Target.parse(KEY), "pictures")


@pytest.mark.parametrize("text", [KEY, f"case:{KEY}"])
def test_a_case_by_its_key(text: str) -> None:
    assert Target.parse(text) == Target(TargetKind.CASE, KEY)
    assert str(Target.parse(text)) == f"case:{KEY}"
    assert Target.parse(text).case == CaseKey("namus", "MP", "51557")


def test_a_detection_by_its_id() -> None:
    name = detection().detection_id
    assert Target.parse(name) == Target.parse(f"detection:{name}") == Target(TargetKind.DETECTION, name)
    assert Target.parse(name).case is None


@pytest.mark.parametrize("text", ["", "MP51557", "gate-1", f"detection:{KEY}", "case:gate-1", f"{KEY}:1:a", "frame:x"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Target.parse(text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (KEY, ERASED_CASE),
        (f"{KEY}#hall", f"{ERASED_CASE}#hall"),
        (f"photo:{KEY}:123:ab.c-d", f"photo:{ERASED_CASE}:0:erased"),
        (f"case {KEY}, again {KEY}.", f"case {ERASED_CASE}, again {ERASED_CASE}."),
        ("s3://b/photos/namus/MP/51557/1-ab.jpg is gone", "s3://b/erased is gone"),
        ("raw/namus/MP/51557/2026-1.json", "erased"),
        (f"{KEY}8", f"{KEY}8"),
        (f"x{KEY}", f"x{KEY}"),
        ("namus:UP:51557", "namus:UP:51557"),
        ("photos/namus/MP/515578/1-ab.jpg", "photos/namus/MP/515578/1-ab.jpg"),
        ("51557 similar", "51557 similar"),
    ],
)
def test_a_case_in_a_text(text: str, clean: str) -> None:
    assert CASE.text(text) == clean
    assert CASE.text(clean) == clean


def test_rows_that_named_it_can_still_be_read() -> None:
    photo = f"{KEY}:123:abc"
    clean = CASE.value({"case": KEY, "photo": photo, "n": 51557, "x": None, "s": {photo}, KEY: [True, 1.5]})
    assert CaseKey.parse(clean["case"])
    assert PhotoKey.parse(clean["photo"])
    assert clean == {
        "case": ERASED_CASE,
        "photo": f"{ERASED_CASE}:0:erased",
        "n": 51557,
        "x": None,
        "s": {f"{ERASED_CASE}:0:erased"},
        ERASED_CASE: [True, 1.5],
    }


def test_the_id_of_its_face_goes_and_of_others_stays() -> None:
    photos = {f"{KEY}:1:a": "f1", "namus:MP:2:1:a": "f2"}
    matches = [{"external_image_id": name, "face_id": face} for name, face in photos.items()]
    assert [match["face_id"] for match in CASE.value(matches)] == ["erased", "f2"]


_LETTERS = st.text("namusMP:51557/#photosraw 8x-.", max_size=60)


@given(_LETTERS, _LETTERS)
def test_a_key_between_anything_is_found(before: str, after: str) -> None:
    clean = CASE.text(f"{before} {KEY} {after}")
    assert not re.search(rf"(?<![A-Za-z0-9]){KEY}(?![A-Za-z0-9])", clean)


def test_a_detection_and_its_crop() -> None:
    seen = frame()
    mine, other = seen.detection(1), seen.detection(2)
    redaction = Redaction(Target.parse(mine.detection_id), seen.picture.bucket)
    faces = [{"crop": one.picture.key, "detection_id": one.detection_id} for one in (mine, other)]
    assert redaction.value(faces) == [{"crop": "erased", "detection_id": "erased"}, faces[1]]
    assert redaction.text(f"{mine.detection_id}-r2 failed") == "erased-r2 failed"


def test_a_cameras_crop_is_told_by_its_version() -> None:
    """Another version of the same key is another detection."""
    made = detection()
    picture = replace(made.picture, version="v1")
    mine = type(made).of(picture, "hall")
    redaction = Redaction(Target.parse(mine.detection_id), picture.bucket)
    letter = {"detail": {"object": {"key": picture.key, "version-id": "v1"}}}
    assert picture.key not in redaction.text(json.dumps(letter))
    assert picture.key not in redaction.text(json.dumps(json.dumps(letter)))
    letter["detail"]["object"]["version-id"] = "v2"
    assert redaction.text(json.dumps(letter)) == json.dumps(letter)
    assert redaction.target.is_crop(picture.bucket, picture.key, "v1")
    assert not redaction.target.is_crop(picture.bucket, picture.key, "v2")
    assert picture.key.startswith(redaction.target.crop_prefix())


def test_numbers_of_sync_files() -> None:
    assert without_number('{"a": "5", "b": "55", "c": 5}', "5") == '{"a": "erased", "b": "55", "c": 5}'


def test_an_erasure_is_late_after_three_days_unless_it_is_done() -> None:
    asked = Erasure(Target.parse(KEY), NOW, "person:x", "why")
    assert not asked.is_late(NOW + timedelta(days=3, seconds=-1))
    assert asked.is_late(NOW + timedelta(days=3))
    done = replace(asked, state=ErasureState.DONE, done_at=NOW)
    assert not done.is_late(NOW + timedelta(days=9))
    assert done.is_due(NOW + timedelta(days=2))
    assert not done.is_due(NOW + timedelta(days=3))
