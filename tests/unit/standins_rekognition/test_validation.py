from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standins.rekognition.errors import SerializationError, ValidationError
from standins.rekognition.operations import OPERATIONS
from standins.rekognition.validation import parse_request

MEMBERS = st.sampled_from(
    [
        "CollectionId",
        "Image",
        "Bytes",
        "S3Object",
        "Bucket",
        "Name",
        "FaceIds",
        "FaceId",
        "MaxFaces",
        "Tags",
        "NextToken",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS | st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(operation=st.sampled_from(sorted(OPERATIONS)), request=st.dictionaries(MEMBERS, JSON, max_size=5))
@settings(max_examples=400, deadline=None)
def test_any_json_is_parsed_or_refused_in_order(operation: str, request: dict[str, object]) -> None:
    with suppress(SerializationError, ValidationError):
        parsed = parse_request(operation, json.dumps(request).encode())
        assert parsed.keys() <= request.keys()


def test_blobs_are_decoded_and_nulls_are_absent() -> None:
    request = b'{"CollectionId": "a", "Image": {"Bytes": "aGFsbG8="}, "ExternalImageId": null, "Other": 1}'
    assert parse_request("IndexFaces", request) == {"CollectionId": "a", "Image": {"Bytes": b"hallo"}}


@pytest.mark.parametrize("value", ["Ärzte / 1", "a-b_c.d:e/f=g+h@i", "数"])
def test_tags_may_hold_letters_of_any_script(value: str) -> None:
    request = json.dumps({"CollectionId": "a", "Tags": {value: value}}).encode()
    assert parse_request("CreateCollection", request)["Tags"] == {value: value}


@pytest.mark.parametrize("key", ["aws:reserved", "semi;colon", ""])
def test_tags_that_are_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="tags"):
        parse_request("CreateCollection", json.dumps({"CollectionId": "a", "Tags": {key: "x"}}).encode())


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "\xff"}',
        '{"MaxResults": 5}'.encode("utf-16"),
        b'{"NextToken": "\\ud800"}',
        b'{"MaxResults": 2147483648}',
        b'{"a": [' + b"[]," * 100_001 + b"[]]}",
        b"[" * 100_000,
    ],
)
def test_json_that_is_refused(body: bytes) -> None:
    with pytest.raises(SerializationError):
        parse_request("ListCollections", body)


def test_a_message_stays_short_whatever_is_wrong() -> None:
    request = {"CollectionId": "/" * 10_000, "Tags": {"/;" * 10_000: ";"}}
    with pytest.raises(ValidationError) as caught:
        parse_request("CreateCollection", json.dumps(request).encode())
    assert len(caught.value.message) < 5000
