"""Pictures read from the local cloud's S3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.rekognition.conftest import Faces, client_of
from tests.serving import free_port, serving

BUCKET = "rekognition-pictures"
SIGNED = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture(scope="module")
def s3(aws: Any) -> Any:
    s3 = aws("s3")
    s3.create_bucket(Bucket=BUCKET)
    return s3


@pytest.fixture(scope="module")
def client(cloud_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("rekognition-s3")
    environment = {"AWS_ENDPOINT_URL": cloud_url, **SIGNED}
    with serving(
        "standins.rekognition", "--data", str(folder / "data"), log=folder / "log", environment=environment
    ) as url:
        yield client_of(url)


def picture(key: str, bucket: str = BUCKET) -> dict[str, Any]:
    return {"S3Object": {"Bucket": bucket, "Name": key}}


def test_an_object_and_its_bytes_are_the_same_picture(client: Any, s3: Any, faces: Faces) -> None:
    s3.put_object(Bucket=BUCKET, Key="crops/camera one/ü.jpg", Body=faces.portrait(13))
    client.create_collection(CollectionId="of-objects")
    image = picture("crops/camera one/ü.jpg")
    stored = client.index_faces(CollectionId="of-objects", Image=image)["FaceRecords"][0]["Face"]
    again = client.index_faces(CollectionId="of-objects", Image={"Bytes": faces.portrait(13)})["FaceRecords"][0]["Face"]
    assert again == stored
    (match,) = client.search_faces_by_image(CollectionId="of-objects", Image=image)["FaceMatches"]
    assert match["Face"] == stored


@pytest.mark.parametrize(("key", "bucket"), [("missing.jpg", BUCKET), ("x.jpg", "no-such-bucket")])
def test_an_object_that_is_not_there(client: Any, s3: Any, key: str, bucket: str) -> None:
    with pytest.raises(client.exceptions.InvalidS3ObjectException, match="Unable to get object metadata from S3"):
        client.detect_faces(Image=picture(key, bucket))


def test_objects_may_be_larger_than_bytes_but_not_over_fifteen_megabytes(client: Any, s3: Any, faces: Faces) -> None:
    # What follows a JPEG's end marker is no part of the picture.
    data = faces.portrait(13)
    s3.put_object(Bucket=BUCKET, Key="large.jpg", Body=data + bytes(15 * 1024 * 1024 - len(data)))
    assert len(client.detect_faces(Image=picture("large.jpg"))["FaceDetails"]) == 1
    s3.put_object(Bucket=BUCKET, Key="larger.jpg", Body=data + bytes(15 * 1024 * 1024 + 1 - len(data)))
    with pytest.raises(client.exceptions.ImageTooLargeException):
        client.detect_faces(Image=picture("larger.jpg"))


def test_an_empty_object_is_no_picture(client: Any, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="empty.jpg", Body=b"")
    with pytest.raises(client.exceptions.InvalidImageFormatException):
        client.detect_faces(Image=picture("empty.jpg"))


def test_an_s3_that_is_away(tmp_path: Any) -> None:
    environment = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}", **SIGNED}
    arguments = ("--data", str(tmp_path / "data"))
    with serving("standins.rekognition", *arguments, log=tmp_path / "log", environment=environment) as url:
        client = client_of(url)
        with pytest.raises(client.exceptions.InternalServerError, match="can't be reached"):
            client.detect_faces(Image=picture("x.jpg"))
