"""Pictures read from S3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.rekognition.conftest import Faces, Pictures


def test_an_object_and_its_bytes_are_the_same_face(pictures: Pictures, faces: Faces) -> None:
    image = pictures.put("camera one/ü.jpg", faces.portrait(13))
    answer = pictures.client.compare_faces(SourceImage=image, TargetImage={"Bytes": faces.portrait(13)})
    (match,) = answer["FaceMatches"]
    assert match["Similarity"] >= 99


def missing(pictures: Pictures, where: str) -> dict[str, Any]:
    return pictures.image("missing.jpg", f"{pictures.folder}-no-such-bucket" if where == "bucket" else None)


@pytest.mark.parametrize("where", ["bucket", "object"])
def test_an_object_that_is_not_there(pictures: Pictures, where: str) -> None:
    client = pictures.client
    with pytest.raises(client.exceptions.InvalidS3ObjectException, match="Unable to get object metadata from S3"):
        client.detect_faces(Image=missing(pictures, where))


def test_objects_may_be_larger_than_bytes_but_not_over_fifteen_megabytes(pictures: Pictures, faces: Faces) -> None:
    # What follows a JPEG's end marker is no part of the picture.
    data = faces.portrait(13)
    client = pictures.client
    large = pictures.put("large.jpg", data + bytes(15 * 1024 * 1024 - len(data)))
    assert len(client.detect_faces(Image=large)["FaceDetails"]) == 1
    larger = pictures.put("larger.jpg", data + bytes(15 * 1024 * 1024 + 1 - len(data)))
    with pytest.raises(client.exceptions.ImageTooLargeException):
        client.detect_faces(Image=larger)


def test_an_empty_object_is_no_picture(pictures: Pictures) -> None:
    client = pictures.client
    with pytest.raises(client.exceptions.InvalidImageFormatException):
        client.detect_faces(Image=pictures.put("empty.jpg", b""))
