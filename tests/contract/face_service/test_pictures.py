"""Pictures for which AWS documents no answer: damaged, too small, enormous, of unusual kinds."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import cv2
import numpy as np
import pytest

from tests.contract.face_service.conftest import Faces, jpeg, png


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


def test_sixteen_bit_pictures_and_those_with_an_alpha_channel(client: Any, faces: Faces) -> None:
    pixels = faces.pixels(13)
    deep = pixels.astype(np.uint16) * 257
    alpha = cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA)
    for data in (png(deep), png(alpha)):
        assert len(detect(client, data)) == 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500), id="a JPEG of zeros"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(500), id="a PNG of zeros"),
    ],
)
def test_what_only_looks_like_a_picture(client: Any, data: bytes) -> None:
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


def test_a_picture_that_would_fill_the_memory_is_refused(client: Any) -> None:
    for width, height in ((8001, 8000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(client.exceptions.ImageTooLargeException):
            detect(client, bomb(width, height))
