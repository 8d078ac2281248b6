"""Formats and sizes, against pictures that a real encoder made."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.domain.pictures import PictureFormat, picture_format, pixel_size

SIDES = st.integers(1, 400)
EXIF = b"\xff\xe1\x00\x10Exif\x00\x00" + bytes(8)
THUMBNAIL = b"\xff\xe1\x00\x0c" + b"\xff\xc0\x00\x08\x08\x00\x01\x00\x01\x00"  # a frame header inside metadata


def encoded(kind: str, width: int, height: int) -> bytes:
    return cv2.imencode(f".{kind}", np.zeros((height, width, 3), np.uint8))[1].tobytes()


@given(st.sampled_from(["jpg", "png"]), SIDES, SIDES)
@settings(max_examples=40, deadline=None)
def test_size_and_format_of_encoded_pictures(kind: str, width: int, height: int) -> None:
    data = encoded(kind, width, height)
    assert pixel_size(data) == (width, height)
    assert picture_format(data) == PictureFormat(kind)


@pytest.mark.parametrize("segment", [EXIF, THUMBNAIL, b"\xff" + EXIF], ids=["exif", "thumbnail", "fill byte"])
def test_metadata_before_the_frame_is_stepped_over(segment: bytes) -> None:
    data = encoded("jpg", 120, 90)
    assert pixel_size(data[:2] + segment + data[2:]) == (120, 90)


def test_a_progressive_jpeg_has_a_size() -> None:
    flags = [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    assert pixel_size(cv2.imencode(".jpg", np.zeros((90, 120, 3), np.uint8), flags)[1].tobytes()) == (120, 90)


@given(st.sampled_from(["jpg", "png"]), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_a_cut_off_header_has_no_size_or_the_right_one(kind: str, length: int) -> None:
    assert pixel_size(encoded(kind, 33, 44)[:length]) in (None, (33, 44))


@given(st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]), st.binary(max_size=200))
def test_noise_never_raises(start: bytes, noise: bytes) -> None:
    size = pixel_size(start + noise)
    assert size is None or len(size) == 2


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<html>", b"%PDF-1.7", b"RIFF....WEBP", b"\xff\xd8"])
def test_other_formats_are_no_pictures_for_us(data: bytes) -> None:
    assert picture_format(data) is None
    assert pixel_size(data) is None
