"""Which pictures are taken, and what is said to the others."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from tests.contract.rekognition.conftest import Faces, jpeg, png

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


def detect(client: Any, data: bytes) -> Any:
    return client.detect_faces(Image={"Bytes": data})["FaceDetails"]


@pytest.mark.parametrize("orientation", TURNED)
def test_a_rotated_photo_gives_the_same_face(client: Any, faces: Faces, orientation: int) -> None:
    # Not square, so that a mixed-up width and height would show.
    upright = faces.pixels(13)[:, 80:600]
    data = with_orientation(jpeg(np.ascontiguousarray(TURNED[orientation](upright))), orientation)
    answer = client.compare_faces(SourceImage={"Bytes": data}, TargetImage={"Bytes": jpeg(upright)})
    (match,) = answer["FaceMatches"]
    assert match["Similarity"] >= 99
    (found,) = detect(client, data)
    assert found["BoundingBox"] == pytest.approx(match["Face"]["BoundingBox"], abs=0.02)


def test_png_and_grey_pictures(client: Any, faces: Faces) -> None:
    pixels = faces.pixels(13)
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    for data in (png(pixels), png(grey), jpeg(grey)):
        assert len(detect(client, data)) == 1


def test_small_faces_in_a_large_picture_are_found(client: Any, faces: Faces) -> None:
    frame = np.full((1080, 1920, 3), 90, np.uint8)
    places = [(1300, 500), (800, 300), (100, 110)]
    for left, side in places:
        frame[400 : 400 + side, left : left + side] = faces.pixels(13, side=side)
    boxes = sorted((face["BoundingBox"] for face in detect(client, jpeg(frame))), key=lambda box: -box["Width"])
    assert len(boxes) == len(places)
    for box, (left, side) in zip(boxes, places, strict=True):
        assert left < 1920 * (box["Left"] + box["Width"] / 2) < left + side


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"plain text, no picture", id="text"),
        pytest.param(b"GIF89a" + bytes(200), id="GIF"),
        pytest.param(b"%PDF-1.7\n" + bytes(200), id="PDF"),
        pytest.param(b"\xff\xd8\xff", id="only the start of a JPEG"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="only the start of a PNG"),
    ],
)
def test_what_is_no_picture(client: Any, data: bytes) -> None:
    with pytest.raises(client.exceptions.InvalidImageFormatException):
        detect(client, data)


def test_the_smallest_picture(client: Any, faces: Faces) -> None:
    assert len(detect(client, png(faces.pixels(13, side=80)))) == 1
