from __future__ import annotations

import threading

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standins.rekognition import images
from standins.rekognition.errors import ImageTooLargeError, InvalidImageFormatError, InvalidParameterError
from standins.rekognition.images import decode, image_id
from tests.contract.face_service import corpus

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


SMOOTH: corpus.Pixels = np.array(
    cv2.GaussianBlur(np.random.default_rng(2).integers(0, 255, (131, 187, 3), np.uint8), (0, 0), 4), np.uint8
)
EXACT = {"png", "alpha", "sixteen-bits", "sixteen-bits-and-alpha", "interlaced", "many-chunks", "animation"}


@pytest.mark.parametrize(("name", "data"), [pytest.param(*each, id=each[0]) for each in corpus.unusual(SMOOTH)])
def test_every_kind_of_picture_has_its_colours(name: str, data: bytes) -> None:
    difference = np.abs(decode(data).pixels.astype(int) - SMOOTH)
    if name.startswith("grey"):
        assert (np.ptp(decode(data).pixels, axis=2) == 0).all()
    elif name != "palette":
        assert difference.mean() <= (0 if name in EXACT or name.endswith("-bombs") else 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_a_jpeg_upright(orientation: int) -> None:
    data = corpus.inserted(corpus.jpeg(corpus.turned(SMOOTH, orientation)), corpus.exif(orientation))
    assert np.abs(decode(data).pixels.astype(int) - SMOOTH).mean() < 3


def test_a_jpeg_cut_anywhere_is_refused_also_with_an_end() -> None:
    for whole in (
        corpus.jpeg(SMOOTH),
        corpus.jpeg(SMOOTH[:, :, 1]),
        corpus.jpeg(SMOOTH, cv2.IMWRITE_JPEG_RST_INTERVAL, 3),
    ):
        begin = whole.index(corpus.SCAN)
        last = len(whole) - (len(whole) - begin) // 20  # in the last block the missing part may be nothing to see
        for at in range(0, last, 37):
            with pytest.raises(REFUSED):
                decode(whole[:at])
        for at in range(begin + 14, last, 97):
            with pytest.raises(InvalidImageFormatError):
                decode(whole[:at] + corpus.JPEG_END)


def test_grey_pictures_are_not_mistaken_for_cut_ones() -> None:
    for value in (126, 127, 128, 129, 130):
        grey = np.full((90, 90, 3), value, np.uint8)
        for data in (corpus.jpeg(grey), corpus.progressive(grey), corpus.jpeg(grey[:, :, 0]), corpus.cmyk(grey)):
            assert decode(data).width == 90


def test_a_png_has_exactly_the_rows_it_says() -> None:
    content, head = corpus.rows(SMOOTH), corpus.header(SMOOTH.shape[1], SMOOTH.shape[0])
    assert (decode(corpus.png(head, corpus.data_chunk(content))).pixels == SMOOTH).all()
    for wrong in (content[:-1], content + b"0", content * 2, b""):
        with pytest.raises(InvalidImageFormatError):
            decode(corpus.png(head, corpus.data_chunk(wrong)))


def test_large_pictures_are_decoded_one_at_a_time() -> None:
    data = corpus.jpeg(np.zeros((3000, 3000, 3), np.uint8))
    with images._large_pictures:
        waiting = threading.Thread(target=decode, args=[data])
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        assert decode(FILES[0]).width == 120
    waiting.join(20)
    assert not waiting.is_alive()
