"""From bytes to pixels: format, size and completeness are judged from the headers before anything is decoded."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID

import cv2
import numpy as np
from cv2.typing import MatLike

from standins.rekognition import jpeg, png
from standins.rekognition.errors import ImageTooLargeError, InvalidImageFormatError, InvalidParameterError

Pixels: TypeAlias = MatLike
"""Height x width x 3, BGR, 8 bits."""

MAX_S3_BYTES = 15 * 1024 * 1024
MIN_SIDE = 80
MAX_PIXELS = 64_000_000
"""Own bound on width times height: a picture takes 3 bytes a pixel, and twice as much again while it is decoded."""
MAX_PNG_BYTES = 4 * MAX_PIXELS
"""Own bound on a PNG's rows, inflated: 8 bits a channel, or 16 in a picture that is half as large."""

_LARGE = 8_000_000
_large_pictures = threading.Lock()
_GREY = 128
_ALMOST = 2


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
    if data.startswith(jpeg.SIGNATURE):
        pixels = _jpeg(data)
    elif data.startswith(png.SIGNATURE):
        pixels = _png(data)
    else:
        raise InvalidImageFormatError("Request has invalid image format")
    return Picture(pixels=pixels, image_id=image_id(data))


def image_id(data: bytes) -> str:
    """The identifier of a picture: the same bytes always give the same one."""
    return str(UUID(bytes=sha256(data).digest()[:16], version=5))


def _jpeg(data: bytes) -> Pixels:
    header = jpeg.inspect(data)
    _check_size(header.width, header.height)
    header.check_work()
    with _turn(header.width * header.height):
        pixels = _pixels(data, header.width, header.height)
        if header.components == 4 or _has_grey_corner(pixels):
            # The decoder fills what is missing with grey and doesn't say so.
            more = _pixels(jpeg.lengthened(data, header), header.width, header.height)
            if cv2.norm(pixels, more, cv2.NORM_INF):
                raise InvalidImageFormatError("Invalid image encoding")
    return pixels


def _png(data: bytes) -> Pixels:
    header = png.inspect(data)
    _check_size(header.width, header.height)
    if header.inflated > MAX_PNG_BYTES + 2 * header.height:  # rows begin with a byte for their filter
        raise ImageTooLargeError(f"Image size is too large: {header.inflated} bytes of pixels, at most {MAX_PNG_BYTES}")
    with _turn(header.width * header.height):
        header.check_data()
        return _pixels(header.file(), header.width, header.height)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageTooLargeError(
            f"Image dimensions are too large: {width} x {height} pixels, at most {MAX_PIXELS} in all"
        )
    if min(width, height) < MIN_SIDE:
        raise InvalidParameterError(
            f"Image dimensions are too small: {width} x {height} pixels, at least {MIN_SIDE} a side"
        )


def _turn(pixels: int) -> AbstractContextManager[object]:
    """Large pictures are decoded one after the other, so that several callers together can't fill the memory."""
    return _large_pictures if pixels > _LARGE else nullcontext()


def _pixels(data: bytes, width: int, height: int) -> Pixels:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise InvalidImageFormatError("Invalid image encoding") from error
    if pixels is None or sorted(pixels.shape[:2]) != sorted((width, height)):
        raise InvalidImageFormatError("Invalid image encoding")
    return pixels


def _has_grey_corner(pixels: Pixels) -> bool:
    corners = pixels[np.ix_((0, -1), (0, -1))].astype(int)
    return bool((abs(corners - _GREY) <= _ALMOST).all(axis=2).any())
