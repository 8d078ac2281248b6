"""What is wrong with a request's members."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_every_broken_constraint_is_told(client: Any) -> None:
    with pytest.raises(ClientError) as caught:
        client.index_faces(
            CollectionId="with space", Image={"Bytes": b"x"}, ExternalImageId="a b", QualityFilter="SOME"
        )
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith("3 validation errors detected: ")
    for part in (
        r"Value 'with space' at 'collectionId' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [a-zA-Z0-9_.\-]+",
        r"Value 'a b' at 'externalImageId' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [a-zA-Z0-9_.\-:]+",
        "Value 'SOME' at 'qualityFilter' failed to satisfy constraint: Member must satisfy enum value set: [",
    ):
        assert part in error["Message"]


@pytest.mark.parametrize(
    "options", [{"FaceMatchThreshold": 101.0}, {"MaxFaces": 4097}, {"FaceMatchThreshold": float("nan")}]
)
def test_search_options_out_of_range(client: Any, collection: str, options: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as caught:
        client.search_faces_by_image(CollectionId=collection, Image={"Bytes": b"x"}, **options)
    assert caught.value.response["Error"]["Code"] in {"ValidationException", "SerializationException"}


def test_bytes_over_five_megabytes(client: Any) -> None:
    with pytest.raises(ClientError) as caught:
        client.detect_faces(Image={"Bytes": b"\xff\xd8\xff" + bytes(5 * 1024 * 1024)})
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert "at 'image.bytes' failed to satisfy constraint" in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize("image", [{}, {"Bytes": b"x", "S3Object": {"Bucket": "abc", "Name": "x"}}])
def test_an_image_is_bytes_or_an_object(client: Any, image: dict[str, Any]) -> None:
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.detect_faces(Image=image)
