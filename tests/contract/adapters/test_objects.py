"""Objects in S3."""

from __future__ import annotations

from uuid import uuid4

import pytest

from homeward.adapters.aws import client
from homeward.adapters.objects import S3ObjectStore
from homeward.domain.errors import NotFoundError, ServiceRefusedError
from homeward.settings import Setting, Settings

STORE = S3ObjectStore()


@pytest.fixture
def bucket(settings: Settings) -> str:
    return settings[Setting.CASES_BUCKET]


def test_an_object_is_read_back(bucket: str) -> None:
    key = f"raw/namus/MP/1/2026-11-20T12:00:00-{uuid4().hex}.json"
    STORE.put(bucket, key, b'{"id": 1}', "application/json")
    assert STORE.get(bucket, key) == b'{"id": 1}'
    assert client("s3").head_object(Bucket=bucket, Key=key)["ContentType"] == "application/json"
    STORE.put(bucket, key, b"", "application/json")
    assert STORE.get(bucket, key) == b""


def test_what_is_not_there(bucket: str) -> None:
    with pytest.raises(NotFoundError, match="no/such"):
        STORE.get(bucket, "no/such")


def test_a_bucket_that_is_not_there_is_no_missing_object(settings: Settings) -> None:
    with pytest.raises(ServiceRefusedError, match="NoSuchBucket"):
        STORE.get("no-such-bucket-of-ours", "x")


def versions(bucket: str, key: str) -> int:
    found = client("s3").list_object_versions(Bucket=bucket, Prefix=key)
    return len([one for kind in ("Versions", "DeleteMarkers") for one in found.get(kind, []) if one["Key"] == key])


def test_a_listing_has_what_begins_so_and_nothing_else(bucket: str) -> None:
    folder = f"listed/{uuid4().hex}"
    for name in ("b/2.jpg", "a/1.jpg", "b/1.jpg"):
        STORE.put(bucket, f"{folder}/{name}", b"x", "image/jpeg")
    assert [found.key for found in STORE.listed(bucket, f"{folder}/b/")] == [f"{folder}/b/1.jpg", f"{folder}/b/2.jpg"]
    assert list(STORE.listed(bucket, f"{folder}/c")) == []
    STORE.remove(bucket, f"{folder}/a/1.jpg")
    assert [found.key for found in STORE.listed(bucket, folder)] == [f"{folder}/b/1.jpg", f"{folder}/b/2.jpg"]


def test_what_is_removed_is_gone_with_every_version_and_its_neighbours_stay(bucket: str) -> None:
    key, neighbour = f"gone/{uuid4().hex}", f"gone/{uuid4().hex}"
    for text in (b"1", b"2"):
        STORE.put(bucket, key, text, "text/plain")
        STORE.put(bucket, f"{key}-longer", text, "text/plain")
        STORE.put(bucket, neighbour, text, "text/plain")
    client("s3").delete_object(Bucket=bucket, Key=key)
    assert versions(bucket, key) == 3
    for _ in range(2):
        STORE.remove(bucket, key)
        assert versions(bucket, key) == 0
    assert STORE.exists(bucket, f"{key}-longer")
    assert STORE.exists(bucket, neighbour)
    assert not STORE.restore(bucket, key)


def test_a_deleted_object_comes_back_as_it_was_last(bucket: str) -> None:
    key = f"back/{uuid4().hex}"
    for text in (b"first", b"last"):
        STORE.put(bucket, key, text, "text/plain")
    for _ in range(2):
        client("s3").delete_object(Bucket=bucket, Key=key)
    assert not STORE.exists(bucket, key)
    assert STORE.restore(bucket, key)
    assert STORE.get(bucket, key) == b"last"
    assert STORE.restore(bucket, key), "what is there is there"
    assert STORE.get(bucket, key) == b"last"
