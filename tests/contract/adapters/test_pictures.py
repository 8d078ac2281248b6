"""Camera pictures in S3: a version at a time, and a crop once."""

from __future__ import annotations

from uuid import uuid4

import pytest

from homeward.adapters.aws import client
from homeward.adapters.pictures import S3PictureStore
from homeward.domain.detections import Picture
from homeward.domain.errors import NotFoundError
from homeward.settings import Setting, Settings

STORE = S3PictureStore()


@pytest.fixture
def key() -> str:
    return f"notes/{uuid4().hex}.jpg"


def put(settings: Settings, key: str, body: bytes, place: str = "central-station") -> Picture:
    bucket = settings[Setting.PICTURES_BUCKET]
    answer = client("s3").put_object(Bucket=bucket, Key=key, Body=body, Metadata={"place": place})
    return Picture(bucket, key, answer["VersionId"], len(body))


def versions(settings: Settings, key: str) -> list[str]:
    found = client("s3").list_object_versions(Bucket=settings[Setting.PICTURES_BUCKET], Prefix=key)
    return [version["VersionId"] for version in found.get("Versions", [])]


def test_each_version_is_a_picture_of_its_own(settings: Settings, key: str) -> None:
    first, second = put(settings, key, b"1", "here"), put(settings, key, b"2", "there")
    assert (STORE.read(first), STORE.read(second)) == (b"1", b"2")
    assert (STORE.metadata(first), STORE.metadata(second)) == ({"place": "here"}, {"place": "there"})
    STORE.delete(first)
    assert versions(settings, key) == [second.version]
    STORE.delete(first)  # again
    assert STORE.read(second) == b"2"


def test_a_deleted_picture_leaves_nothing(settings: Settings, key: str) -> None:
    picture = put(settings, key, b"1")
    STORE.delete(picture)
    found = client("s3").list_object_versions(Bucket=picture.bucket, Prefix=key)
    assert (found.get("Versions", []), found.get("DeleteMarkers", [])) == ([], [])
    for ask in (STORE.read, STORE.metadata):
        with pytest.raises(NotFoundError, match=key):
            ask(picture)


def test_a_crop_is_put_once(settings: Settings, key: str) -> None:
    crop = Picture(settings[Setting.PICTURES_BUCKET], key, None, 0)
    STORE.put_once(crop, b"first", {"place": "here"})
    STORE.put_once(crop, b"second", {"place": "there"})
    assert STORE.read(crop) == b"first"
    assert STORE.metadata(crop) == {"place": "here"}
    assert len(versions(settings, key)) == 1
    assert client("s3").head_object(Bucket=crop.bucket, Key=key)["ContentType"] == "image/jpeg"
