from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standins.rekognition.errors import ImageTooLargeError, InvalidImageFormatError, InvalidParameterError
from standins.rekognition.images import decode, image_id

PIXELS = np.random.default_rng(1).integers(0, 255, (90, 120, 3), np.uint8)
FILES = [cv2.imencode(ending, PIXELS)[1].tobytes() for ending in (".jpg", ".png")]
REFUSED = (InvalidImageFormatError, ImageTooLargeError, InvalidParameterError)


@pytest.mark.parametrize("data", FILES)
def test_a_picture_keeps_its_size(data: bytes) -> None:
    picture = decode(data)
    assert (picture.width, picture.height) == (120, 90)
    assert picture.image_id == image_id(data)


@given(
    start=st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", FILES[0][:30], FILES[1][:40]]), rest=st.binary()
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_refused_in_order(start: bytes, rest: bytes) -> None:
    with pytest.raises(REFUSED):
        decode(start + rest)


@given(file=st.sampled_from(FILES), at=st.integers(0, 5000), byte=st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_a_damaged_picture_is_decoded_or_refused_in_order(file: bytes, at: int, byte: int) -> None:
    damaged = bytearray(file)
    damaged[at % len(file)] = byte
    try:
        picture = decode(bytes(damaged))
    except REFUSED:
        return
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.shape[2] == 3


def test_what_the_header_forbids_is_never_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "imdecode", None)
    at = FILES[1].index(b"IHDR") + 4
    for size, error in ((2**31 - 1, ImageTooLargeError), (79, InvalidParameterError)):
        with pytest.raises(error):
            decode(FILES[1][:at] + size.to_bytes(4, "big") * 2 + FILES[1][at + 8 :])
