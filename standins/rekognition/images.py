"""From bytes to pixels: format, size and completeness are judged from the headers before anything is decoded."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID

import cv2
import numpy as np
from cv2.typing import MatLike

from standins.rekognition.errors import ImageTooLargeError, InvalidImageFormatError, InvalidParameterError

Pixels: TypeAlias = MatLike
"""Height x width x 3, BGR, 8 bits."""

MAX_S3_BYTES = 15 * 1024 * 1024
MIN_SIDE = 80
MAX_PIXELS = 64_000_000
"""Own bound on width times height: what two workers can decode (3 bytes a pixel) in half a gigabyte."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
_START_OF_SCAN = 0xDA
# Start-of-frame markers: C0-CF without the tables C4 (Huffman), C8 (reserved) and CC (arithmetic coding).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True)
class Picture:
    """Decoded pixels (BGR, height x width x 3, upright) and the identifier that follows from the picture's bytes."""

    pixels: Pixels
    image_id: str

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.pixels.shape[0])


def decode(data: bytes) -> Picture:
    """The picture in a JPEG or PNG file. EXIF rotation is applied to a JPEG; a PNG is taken as it is.

    Raises InvalidImageFormatError (not JPEG or PNG, damaged, cut off), ImageTooLargeError (more than MAX_PIXELS) or
    InvalidParameterError (a side under 80 px).
    """
    if data.startswith(_JPEG):
        size, flags = _jpeg_size(data), cv2.IMREAD_COLOR
    elif data.startswith(_PNG):
        size, flags = _png_size(data), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    else:
        raise InvalidImageFormatError("Request has invalid image format")
    _check_size(*size)
    return Picture(pixels=_pixels(data, flags), image_id=image_id(data))


def image_id(data: bytes) -> str:
    """The identifier of a picture: the same bytes always give the same one."""
    return str(UUID(bytes=sha256(data).digest()[:16], version=5))


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageTooLargeError(
            f"Image dimensions are too large: {width} x {height} pixels, at most {MAX_PIXELS} in all"
        )
    if min(width, height) < MIN_SIDE:
        raise InvalidParameterError(
            f"Image dimensions are too small: {width} x {height} pixels, at least {MIN_SIDE} a side"
        )


def _pixels(data: bytes, flags: int) -> Pixels:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise InvalidImageFormatError("Invalid image encoding") from error
    if pixels is None:
        raise InvalidImageFormatError("Invalid image encoding")
    return pixels


def _png_size(data: bytes) -> tuple[int, int]:
    # Signature, then the chunk IHDR: length, name, width, height. A whole file ends with the chunk IEND.
    if len(data) < 33 or data[12:16] != b"IHDR" or b"IEND" not in data[-64:]:
        raise InvalidImageFormatError("Invalid image encoding")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height of the first frame header, on the way to a scan that has an end."""
    size: tuple[int, int] | None = None
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == _START_OF_SCAN:
            if size is None or data.find(_JPEG_END, at) < 0:
                break
            return size
        if marker in _FRAMES and size is None and at + 9 <= len(data):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            size = (width, height)
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise InvalidImageFormatError("Invalid image encoding")
