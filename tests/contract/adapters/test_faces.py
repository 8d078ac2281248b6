"""The face collection over the service's wire protocol, with faces of people who do not exist."""

from __future__ import annotations

import itertools
from typing import Any

import cv2
import numpy as np
import pytest

from homeward.adapters import faces as adapter
from homeward.adapters.aws import client
from homeward.adapters.faces import RekognitionCollection
from homeward.domain.cases import PhotoKey
from homeward.domain.detections import Picture
from homeward.domain.errors import ServiceRefusedError
from homeward.domain.ports import IndexResult, SearchResult
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.factories import photo_key

_numbers = itertools.count(1)


class Gallery:
    """The collection, and ways to put pictures where it reads them."""

    def __init__(self, settings: Settings, portraits: Portraits) -> None:
        self.photos, self.pictures = settings[Setting.CASES_BUCKET], settings[Setting.PICTURES_BUCKET]
        self.collection = RekognitionCollection(settings[Setting.COLLECTION_PARAMETER])
        self.portraits = portraits

    def face(self, person: int, variant: int = 0) -> bytes:
        portrait = self.portraits.get(person, variant)
        assert portrait is not None
        return portrait.data

    def index(self, data: bytes, key: PhotoKey) -> IndexResult:
        where = f"photos/test/{key.photo_id}.jpg"
        client("s3").put_object(Bucket=self.photos, Key=where, Body=data)
        return self.collection.index(key, self.photos, where)

    def search(self, data: bytes) -> SearchResult:
        where = f"notes/{next(_numbers)}.jpg"
        client("s3").put_object(Bucket=self.pictures, Key=where, Body=data)
        return self.collection.search(Picture(self.pictures, where, None, len(data)), 80, 10)

    def vectors(self) -> dict[str, str]:
        pages = client("rekognition").get_paginator("list_faces").paginate(CollectionId="missing-people-1")
        return {face["FaceId"]: face["ExternalImageId"] for page in pages for face in page["Faces"]}


def jpeg(pixels: Any) -> bytes:
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def pixels(data: bytes, side: int) -> Any:
    return cv2.resize(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), (side, side))


@pytest.fixture(scope="module")
def gallery(settings: Settings, portraits: Portraits) -> Gallery:
    return Gallery(settings, portraits)


@pytest.fixture
def key() -> PhotoKey:
    return photo_key(70_000 + next(_numbers))


def test_a_photo_is_indexed_once_and_found_again(gallery: Gallery, key: PhotoKey) -> None:
    first = gallery.index(gallery.face(0), key)
    again = gallery.index(gallery.face(0), key)
    assert first.reason is None
    assert first == again
    assert [face for face, name in gallery.vectors().items() if name == key.external_image_id] == [first.face_id]
    found = gallery.search(gallery.face(0, 1))
    assert found.unusable is None
    assert found.matches[0].external_image_id == key.external_image_id
    assert found.matches[0].face_id == first.face_id
    assert 80 <= found.matches[0].similarity <= 100


def test_a_match_comes_with_the_probes_measures(gallery: Gallery, key: PhotoKey) -> None:
    gallery.index(gallery.face(0), key)
    large, small = gallery.search(gallery.face(0)).probe, gallery.search(jpeg(pixels(gallery.face(0), 256))).probe
    assert large is not None
    assert small is not None
    assert large.width_px is not None
    assert small.width_px is not None
    side = cv2.imdecode(np.frombuffer(gallery.face(0), np.uint8), cv2.IMREAD_COLOR).shape[1]
    assert small.width_px == pytest.approx(large.width_px * 256 / side, rel=0.1)
    for probe in (large, small):
        assert probe.confidence > 90
        assert 0 < (probe.brightness or 0) <= 100
        assert 0 < (probe.sharpness or 0) <= 100


def test_the_measures_are_of_the_face_that_was_searched_for(gallery: Gallery, key: PhotoKey) -> None:
    gallery.index(gallery.face(0), key)
    ground = np.full((700, 1000, 3), 110, np.uint8)
    ground[50:650, 20:620] = pixels(gallery.face(0), 600)
    ground[50:250, 780:980] = pixels(gallery.face(1), 200) // 3  # smaller, and in the dark
    both = gallery.search(jpeg(ground)).probe
    alone = gallery.search(jpeg(pixels(gallery.face(0), 600))).probe
    assert both is not None
    assert alone is not None
    assert both.width_px == pytest.approx(alone.width_px, rel=0.1)
    assert both.brightness == pytest.approx(alone.brightness, rel=0.1)


def test_nobody_similar_costs_no_second_call(gallery: Gallery) -> None:
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    events = client("rekognition", gallery.collection.attempts).meta.events
    events.register("before-call.rekognition", note)
    found = gallery.search(gallery.face(5))
    events.unregister("before-call.rekognition", note)
    assert found.matches == ()
    assert found.probe is not None
    assert (found.probe.brightness, found.probe.sharpness, found.probe.width_px) == (None, None, None)
    assert calls == ["SearchFacesByImage"]


@pytest.mark.parametrize(
    ("data", "unusable"),
    [
        (jpeg(np.full((300, 300, 3), 128, np.uint8)), None),
        (b"<html>not a picture</html>", "NOT_AN_IMAGE"),
        (b"GIF89a" + bytes(500), "NOT_AN_IMAGE"),
        (jpeg(np.full((300, 300, 3), 128, np.uint8))[:200], "NOT_AN_IMAGE"),
        (jpeg(np.full((40, 40, 3), 128, np.uint8)), "TOO_SMALL"),
        (jpeg(np.full((300, 300, 3), 128, np.uint8)) + bytes(15 * 1024 * 1024), "TOO_LARGE"),
    ],
    ids=["no face", "html", "gif", "cut off", "too small", "too large"],
)
def test_a_picture_that_shows_nobody(gallery: Gallery, data: bytes, unusable: str | None) -> None:
    assert gallery.search(data) == SearchResult(None, (), unusable, "missing-people-1")


def test_a_search_that_is_refused_for_another_reason_is_an_error(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """InvalidParameterException with a face in the picture: the request is to blame, not the picture."""
    where = f"notes/{next(_numbers)}.jpg"
    client("s3").put_object(Bucket=gallery.pictures, Key=where, Body=gallery.face(0))
    monkeypatch.setattr(adapter, "parameter", lambda name: "not a collection id")
    with pytest.raises(ServiceRefusedError):
        gallery.collection.search(Picture(gallery.pictures, where, None, 1), 80, 10)


def test_a_picture_that_is_gone_is_an_error(gallery: Gallery, key: PhotoKey) -> None:
    with pytest.raises(ServiceRefusedError, match="InvalidS3ObjectException"):
        gallery.collection.search(Picture(gallery.pictures, "notes/never", None, 1), 80, 10)
    with pytest.raises(ServiceRefusedError, match="InvalidS3ObjectException"):
        gallery.collection.index(key, gallery.photos, "photos/never")


def test_two_people_in_a_photo_leave_no_vector(gallery: Gallery, key: PhotoKey) -> None:
    both = np.hstack([pixels(gallery.face(0), 500), pixels(gallery.face(1), 500)])
    assert gallery.index(jpeg(both), key) == IndexResult(None, "MANY_FACES")
    assert key.external_image_id not in gallery.vectors().values()


@pytest.mark.parametrize(
    ("data", "reason"),
    [(jpeg(np.full((300, 300, 3), 128, np.uint8)), "NO_FACE"), (b"%PDF-1.7" + bytes(99), "NOT_AN_IMAGE")],
    ids=["no face", "pdf"],
)
def test_a_photo_that_cannot_be_indexed_says_why(gallery: Gallery, key: PhotoKey, data: bytes, reason: str) -> None:
    assert gallery.index(data, key) == IndexResult(None, reason)


def test_a_blurred_face_is_refused_in_the_services_own_words(gallery: Gallery, key: PhotoKey) -> None:
    blurred = cv2.GaussianBlur(pixels(gallery.face(0), 500), (0, 0), 14)
    result = gallery.index(jpeg(blurred), key)
    assert result.face_id is None
    assert result.reason in {"LOW_SHARPNESS", "LOW_FACE_QUALITY", "LOW_CONFIDENCE", "NO_FACE"}
