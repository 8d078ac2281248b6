"""Which pictures are taken, and what is said to the others."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from botocore.exceptions import ClientError
from numpy.typing import NDArray

from tests.contract.rekognition.conftest import Faces, jpeg

# What a camera held in each of the eight EXIF positions would have stored: the inverse of what a viewer then applies.
TURNED: dict[int, Callable[[Any], Any]] = {
    1: lambda upright: upright,
    2: lambda upright: cv2.flip(upright, 1),
    3: lambda upright: cv2.rotate(upright, cv2.ROTATE_180),
    4: lambda upright: cv2.flip(upright, 0),
    5: lambda upright: cv2.transpose(upright),
    6: lambda upright: cv2.rotate(upright, cv2.ROTATE_90_COUNTERCLOCKWISE),
    7: lambda upright: cv2.flip(cv2.transpose(upright), -1),
    8: lambda upright: cv2.rotate(upright, cv2.ROTATE_90_CLOCKWISE),
}


def with_orientation(data: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF segment that holds this orientation."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"II*\x00" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 0)
    exif = b"Exif\x00\x00" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]


def png(pixels: NDArray[Any]) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def detect(client: Any, data: bytes) -> Any:
    return client.detect_faces(Image={"Bytes": data})["FaceDetails"]


@pytest.mark.parametrize("orientation", TURNED)
def test_a_rotated_photo_gives_the_same_face(client: Any, collection: str, faces: Faces, orientation: int) -> None:
    # Not square, so that a mixed-up width and height would show.
    upright = faces.pixels(13)[:, 80:600]
    data = with_orientation(jpeg(np.ascontiguousarray(TURNED[orientation](upright))), orientation)
    client.index_faces(CollectionId=collection, Image={"Bytes": jpeg(upright)})
    (match,) = client.search_faces_by_image(CollectionId=collection, Image={"Bytes": data})["FaceMatches"]
    assert match["Similarity"] > 99.9
    (expected,), (found,) = detect(client, jpeg(upright)), detect(client, data)
    assert found["BoundingBox"] == pytest.approx(expected["BoundingBox"], abs=0.02)


def test_png_grey_and_sixteen_bit_pictures(client: Any, faces: Faces) -> None:
    pixels = faces.pixels(13)
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    deep = pixels.astype(np.uint16) * 257
    alpha = cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA)
    for data in (png(pixels), png(grey), jpeg(grey), png(deep), png(alpha)):
        assert len(detect(client, data)) == 1


def test_small_faces_in_a_large_picture_are_found(client: Any, faces: Faces) -> None:
    frame = np.full((1080, 1920, 3), 90, np.uint8)
    for left, side in ((100, 110), (800, 300), (1300, 500)):
        frame[400 : 400 + side, left : left + side] = faces.pixels(13, side=side)
    found = detect(client, jpeg(frame))
    assert [round(face["BoundingBox"]["Left"] * 1920, -2) for face in found] == [1400, 900, 100]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"plain text, no picture", id="text"),
        pytest.param(b"GIF89a" + bytes(200), id="GIF"),
        pytest.param(b"%PDF-1.7\n" + bytes(200), id="PDF"),
        pytest.param(b"\xff\xd8\xff", id="only the start of a JPEG"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500), id="a JPEG of zeros"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="only the start of a PNG"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(500), id="a PNG of zeros"),
    ],
)
def test_what_is_no_picture(client: Any, data: bytes) -> None:
    with pytest.raises(client.exceptions.InvalidImageFormatException):
        detect(client, data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_picture_cut_off(client: Any, faces: Faces, share: float) -> None:
    for whole in (faces.portrait(13), png(faces.pixels(13))):
        with pytest.raises(client.exceptions.InvalidImageFormatException):
            detect(client, whole[: int(len(whole) * share)])


@pytest.mark.parametrize(("width", "height"), [(1, 1), (79, 200), (200, 79)])
def test_a_picture_too_small(client: Any, width: int, height: int) -> None:
    for data in (jpeg(np.zeros((height, width, 3), np.uint8)), png(np.zeros((height, width, 3), np.uint8))):
        with pytest.raises(client.exceptions.InvalidParameterException, match="too small"):
            detect(client, data)


def test_the_smallest_picture(client: Any, faces: Faces) -> None:
    assert len(detect(client, png(faces.pixels(13, side=80)))) == 1


def test_a_picture_that_would_fill_the_memory_is_refused(client: Any) -> None:
    for width, height in ((8001, 8000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(client.exceptions.ImageTooLargeException):
            detect(client, bomb(width, height))


def test_bytes_over_five_megabytes(client: Any) -> None:
    with pytest.raises(ClientError) as caught:
        detect(client, b"\xff\xd8\xff" + bytes(5 * 1024 * 1024))
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert "at 'image.bytes' failed to satisfy constraint" in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize("image", [{}, {"Bytes": b"x", "S3Object": {"Bucket": "abc", "Name": "x"}}])
def test_an_image_is_bytes_or_an_object(client: Any, image: dict[str, Any]) -> None:
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.detect_faces(Image=image)


def test_without_an_endpoint_no_object_is_read(client: Any) -> None:
    with pytest.raises(client.exceptions.InvalidS3ObjectException, match="AWS_ENDPOINT_URL"):
        client.detect_faces(Image={"S3Object": {"Bucket": "any-bucket", "Name": "x.jpg"}})
