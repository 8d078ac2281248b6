"""What the first bytes of a picture say: its format and its size. Names and MIME types lie; bytes don't."""

from __future__ import annotations

import struct
from enum import StrEnum

_PNG = b"\x89PNG\r\n\x1a\n"
# JPEG markers that start a frame header (SOF0 to SOF15 without DHT, JPG and DAC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


class PictureFormat(StrEnum):
    """The formats that Amazon Rekognition reads; the value is the file name's ending."""

    JPEG = "jpg"
    PNG = "png"

    @property
    def content_type(self) -> str:
        """MIME type."""
        return "image/jpeg" if self is PictureFormat.JPEG else "image/png"


def picture_format(data: bytes) -> PictureFormat | None:
    """The format, or None for anything that isn't JPEG or PNG."""
    if data.startswith(b"\xff\xd8\xff"):
        return PictureFormat.JPEG
    return PictureFormat.PNG if data.startswith(_PNG) else None


def pixel_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in stored (unrotated) pixels, or None when the header is missing or cut off."""
    found = picture_format(data)
    if found is PictureFormat.PNG:
        return _png_size(data)
    return _jpeg_size(data) if found is PictureFormat.JPEG else None


def _png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 24 or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return int(width), int(height)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return int(width), int(height)
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
