"""Which images become photos."""

from __future__ import annotations

import re
import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.admission import MAX_BYTES, Refusal, admit, photo_object_key, picture_refusal
from homeward.domain.cases import PhotoClass, PhotoKey
from homeward.domain.errors import InputError
from homeward.domain.sources import SourceImage
from tests.factories import case_key, photo_key

CATEGORIES = ["FacialCaseId", "ActualPhoto", "Composite", "AgeProgression", "Tattoo", "Other", "facialcaseid", None]
LOW_TRUST = {PhotoClass.COMPOSITE, PhotoClass.AGE_PROGRESSION}


def image(**changes: object) -> SourceImage:
    values = {"identity_id": 61676, "storage_key": "0" * 32, "category": "FacialCaseId", "is_public": True}
    return SourceImage(**{**values, "caption": "", **changes})  # type: ignore[arg-type]


images = st.builds(
    SourceImage,
    identity_id=st.none() | st.integers(-5, 10**14),
    storage_key=st.none() | st.text(max_size=140) | st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
    category=st.sampled_from(CATEGORIES) | st.text(max_size=20),
    is_public=st.booleans(),
    caption=st.text(max_size=60) | st.sampled_from(["Age progressed to 94", "Sketch", "Map", "her sister"]),
)


@given(images)
def test_every_image_is_admitted_under_a_sound_key_or_refused(found: SourceImage) -> None:
    verdict = admit(case_key(), found)
    if isinstance(verdict, Refusal):
        return
    key, photo_class = verdict
    assert found.is_public
    assert found.category in CATEGORIES[:4]
    assert PhotoKey.parse(key.external_image_id) == key
    # Amazon Rekognition's own rule for an ExternalImageId.
    assert re.fullmatch(r"[a-zA-Z0-9_.\-:]{1,255}", key.external_image_id)
    assert isinstance(photo_class, PhotoClass)


@given(images, st.text(max_size=60))
def test_a_caption_never_raises_trust(found: SourceImage, caption: str) -> None:
    plain = admit(case_key(), image(category=found.category))
    captioned = admit(case_key(), image(category=found.category, caption=caption))
    if isinstance(plain, tuple) and isinstance(captioned, tuple) and plain[1] in LOW_TRUST:
        assert captioned[1] in LOW_TRUST


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_public": False}, Refusal.NOT_PUBLIC),
        ({"category": "Tattoo"}, Refusal.CATEGORY_NOT_ADMITTED),
        ({"category": "Other"}, Refusal.CATEGORY_NOT_ADMITTED),
        ({"category": None}, Refusal.CATEGORY_NOT_ADMITTED),
        ({"caption": "Map of park area searched"}, Refusal.CAPTION_NO_FACE),
        ({"caption": "NEWSPAPER ARTICLE"}, Refusal.CAPTION_NO_FACE),
        ({"caption": "Three fingerprints"}, Refusal.CAPTION_NO_FACE),
        ({"caption": "Signature"}, Refusal.CAPTION_NO_FACE),
        ({"caption": "license plate"}, Refusal.CAPTION_NO_FACE),
        ({"caption": "Another synthetic person (sister, closely resembles)"}, Refusal.CAPTION_OTHER_PERSON),
        ({"storage_key": None}, Refusal.NO_IDENTITY),
        ({"identity_id": None}, Refusal.NO_IDENTITY),
        ({"storage_key": "../../etc"}, Refusal.NO_IDENTITY),
        ({"storage_key": "a b"}, Refusal.NO_IDENTITY),
    ],
)
def test_refusals(changes: dict[str, object], reason: Refusal) -> None:
    assert admit(case_key(), image(**changes)) is reason


@pytest.mark.parametrize(
    ("category", "caption", "photo_class"),
    [
        ("FacialCaseId", "", PhotoClass.FACIAL),
        ("ActualPhoto", "At the lake", PhotoClass.ACTUAL),
        ("ActualPhoto", "Mapleton High, class of 1999", PhotoClass.ACTUAL),  # no map
        ("FacialCaseId", "Jason at 14", PhotoClass.FACIAL),
        ("FacialCaseId", "Age progressed to 94 yoa", PhotoClass.AGE_PROGRESSION),
        ("FacialCaseId", "age-progression", PhotoClass.AGE_PROGRESSION),
        ("ActualPhoto", "Artist sketch", PhotoClass.COMPOSITE),
        ("AgeProgression", "Sketch", PhotoClass.AGE_PROGRESSION),
    ],
)
def test_classes(category: str, caption: str, photo_class: PhotoClass) -> None:
    assert admit(case_key(), image(category=category, caption=caption)) == (
        PhotoKey(case_key(), 61676, "0" * 32),
        photo_class,
    )


def picture(kind: str, width: int, height: int) -> bytes:
    return cv2.imencode(f".{kind}", np.zeros((height, width, 3), np.uint8))[1].tobytes()


def claiming(width: int, height: int) -> bytes:
    """A small PNG whose header says that it is a large one."""
    honest = picture("png", 100, 100)
    return honest[:16] + struct.pack(">II", width, height) + honest[24:]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (picture("jpg", 80, 80), None),
        (picture("png", 200, 81), None),
        (picture("jpg", 79, 400), Refusal.TOO_SMALL),
        (picture("png", 400, 43), Refusal.TOO_SMALL),
        (b"<!doctype html>", Refusal.NOT_AN_IMAGE),
        (b"", Refusal.NOT_AN_IMAGE),
        (picture("jpg", 100, 100)[:12], Refusal.NOT_AN_IMAGE),
        (picture("jpg", 100, 100) + bytes(MAX_BYTES), Refusal.TOO_LARGE),
        (claiming(8001, 8001), Refusal.TOO_LARGE),
        (claiming(2**31 - 1, 2**31 - 1), Refusal.TOO_LARGE),
    ],
    ids=[
        "smallest JPEG",
        "smallest PNG",
        "too narrow",
        "too low",
        "a page",
        "nothing",
        "cut off",
        "too many bytes",
        "too many pixels",
        "as many pixels as can be claimed",
    ],
)
def test_bytes(data: bytes, reason: Refusal | None) -> None:
    assert picture_refusal(data) is reason


def test_the_object_key_shows_the_case_and_the_true_format() -> None:
    key = photo_key(51557, 7)
    assert photo_object_key(key, picture("png", 9, 9)) == f"photos/namus/MP/51557/7-{7:032x}.png"
    assert photo_object_key(key, picture("jpg", 9, 9)).endswith(".jpg")
    with pytest.raises(InputError, match="neither JPEG nor PNG"):
        photo_object_key(key, b"GIF89a")
