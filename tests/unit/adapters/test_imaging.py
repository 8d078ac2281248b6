"""Cutting faces out of pictures: upright, one face each; hostile bytes have a named reason."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageOps

from homeward.adapters.imaging import HIDDEN, MAX_PIXELS, PillowCutter
from homeward.domain.errors import PictureError
from homeward.domain.frames import FaceBox, crop_area

SIZE = (400, 240)
FACES = [FaceBox(0.125, 0.25, 0.1, 0.25), FaceBox(0.25, 0.25, 0.1, 0.25)]  # neighbours: each is in the other's margin
AWAY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
COLOURS = [(220, 40, 40), (40, 60, 220)]


def scene() -> Image.Image:
    """Two faces, which are plain squares, on green."""
    picture = Image.new("RGB", SIZE, (40, 160, 40))
    for face, colour in zip(FACES, COLOURS, strict=True):
        area = face.area(SIZE)
        ImageDraw.Draw(picture).rectangle((area.left, area.top, area.right - 1, area.bottom - 1), colour)
    return picture


def encoded(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def cut(data: bytes, boxes: list[FaceBox] = FACES) -> list[Image.Image]:
    crops: list[Image.Image] = [Image.open(io.BytesIO(crop)) for crop in PillowCutter().cut(data, boxes)]
    assert {crop.format for crop in crops} <= {"JPEG"}
    return crops


def close(one: object, other: object) -> bool:
    assert isinstance(one, tuple)
    assert isinstance(other, tuple)
    return len(one) == len(other) and all(abs(a - b) <= 12 for a, b in zip(one, other, strict=True))


def check(crops: list[Image.Image]) -> None:
    """Each crop shows its own face where it belongs, and a grey area where the other one is."""
    for crop, own, colour, other in zip(crops, FACES, COLOURS, reversed(FACES), strict=True):
        area = crop_area(own, SIZE)
        assert crop.size == (area.right - area.left, area.bottom - area.top)
        face, hidden = own.area(SIZE).within(area), other.area(SIZE).within(area)
        assert close(crop.getpixel(((face.left + face.right) // 2, (face.top + face.bottom) // 2)), colour)
        visible = (min(max(hidden.left + 4, 4), crop.width - 5), (hidden.top + hidden.bottom) // 2)
        assert close(crop.getpixel(visible), HIDDEN)
        assert close(crop.getpixel((3, 3)), (40, 160, 40))


def test_every_face_is_cut_out_alone() -> None:
    check(cut(encoded(scene(), quality=95)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_are_of_the_upright_picture(orientation: int) -> None:
    """The stored pixels are turned away, and EXIF says how to turn them back."""
    stored, exif = scene(), Image.Exif()
    exif[0x0112] = orientation
    if orientation > 1:
        stored = stored.transpose(AWAY[orientation])
    data = encoded(stored, exif=exif, quality=95)
    assert ImageOps.exif_transpose(Image.open(io.BytesIO(data))).size == SIZE
    crops = cut(data)
    check(crops)
    assert all(not crop.getexif() for crop in crops), "nobody may turn a crop again"


def test_a_png_is_taken_as_it_is() -> None:
    """As Amazon Rekognition does."""
    exif = Image.Exif()
    exif[0x0112] = 6
    check(cut(encoded(scene(), "PNG", exif=exif)))


@pytest.mark.parametrize("mode", ["RGBA", "P", "CMYK", "L", "LA", "1", "I;16"])
def test_every_kind_of_pixels_is_read(mode: str) -> None:
    picture = (
        Image.new("I;16", SIZE, 40_000)
        if mode == "I;16"
        else scene().quantize()
        if mode == "P"
        else scene().convert(mode)
    )
    crops = cut(encoded(picture, "JPEG" if mode == "CMYK" else "PNG"))
    assert [crop.mode for crop in crops] == ["RGB", "RGB"]
    if mode in ("RGBA", "P"):
        check(crops)
    if mode == "I;16":
        assert close(crops[0].getpixel((3, 3)), (156, 156, 156))


def test_a_box_that_reaches_over_the_border_is_clipped() -> None:
    [crop] = cut(encoded(scene()), [FaceBox(-0.1, 0.8, 0.2, 0.5)])
    assert min(crop.size) >= 80


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = encoded(scene())
    assert list(PillowCutter().cut(data, FACES)) == list(PillowCutter().cut(data, FACES))


def bomb_png() -> bytes:
    """A PNG of 400 million pixels in some hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def many_scans() -> bytes:
    """A progressive JPEG whose last scan is repeated, so that decoding takes minutes."""
    data = encoded(Image.new("RGB", (4000, 4000)), progressive=True)
    last = data.rfind(b"\xff\xda")
    return data[:-2] + data[last:-2] * 100 + data[-2:]


def wide(header: bytes) -> bytes:
    """The JPEG says that it is 20,000 x 20,000 pixels large."""
    at = header.find(b"\xff\xc0") + 5
    return header[:at] + struct.pack(">HH", 20_000, 20_000) + header[at + 4 :]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", "NOT_AN_IMAGE"),
        (lambda: b"<html>no picture</html>", "NOT_AN_IMAGE"),
        (lambda: b"%PDF-1.7" + bytes(99), "NOT_AN_IMAGE"),
        (lambda: encoded(scene(), "GIF"), "NOT_AN_IMAGE"),
        (lambda: encoded(scene(), "TIFF"), "NOT_AN_IMAGE"),
        (lambda: encoded(scene())[:-300], "NOT_AN_IMAGE"),
        (lambda: encoded(scene(), "PNG")[:-100], "NOT_AN_IMAGE"),
        (lambda: encoded(scene())[:30], "NOT_AN_IMAGE"),
        (lambda: encoded(Image.new("RGB", (300, 79))), "TOO_SMALL"),
        (bomb_png, "TOO_LARGE"),
        (lambda: wide(encoded(scene())), "TOO_LARGE"),
        (many_scans, "TOO_LARGE"),
    ],
    ids=["empty", "html", "pdf", "gif", "tiff", "cut jpeg", "cut png", "header", "small", "png bomb", "wide", "scans"],
)
def test_what_is_no_usable_picture_has_a_reason(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(PictureError) as caught:
        cut(make())
    assert caught.value.reason == reason


def test_the_bound_is_below_what_pillow_itself_refuses() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
    assert MAX_PIXELS < 2 * Image.MAX_IMAGE_PIXELS


@pytest.mark.filterwarnings("ignore")
def test_damaged_bytes_give_crops_or_a_reason() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "x" * 20
    seeds = [encoded(scene(), exif=exif), encoded(scene(), progressive=True), encoded(scene().convert("P"), "PNG")]
    chance, ends = random.Random(1), set[object]()
    for _ in range(3000):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 3, 20))):
            at = chance.randrange(min(len(data), 700))
            data[at : at + chance.randrange(3)] = bytes(chance.randrange(256) for _ in range(chance.randrange(3)))
        try:
            ends.add(len(cut(bytes(data))))
        except PictureError as problem:
            ends.add(problem.reason)
    assert {2, "NOT_AN_IMAGE"} <= ends
