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
