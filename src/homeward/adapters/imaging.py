"""FaceCutter on Pillow, which only the function crop_faces has, in a layer of its own.

Pictures come from anywhere, so the file's own account of itself is judged before anything is decoded: its format, how
many pixels it unfolds to, and how often it makes the decoder go over them.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence

from PIL import Image

from homeward.domain.admission import MIN_SIDE, Refusal
from homeward.domain.errors import PictureError
from homeward.domain.frames import FaceBox, crop_area

MAX_PIXELS = 64_000_000  # a decoded one takes 4 bytes, and turning the picture as much again
MAX_WORK = 1_000_000_000  # pixels times scans: a progressive JPEG may go over all of its pixels again in ten bytes
QUALITY = 92
HIDDEN = (127, 127, 127)
_START_OF_SCAN = b"\xff\xda"
_ORIENTATION = 0x0112  # EXIF's tag; its value says how the stored pixels must be turned to stand upright
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises on damaged files, besides its own errors (which are OSErrors).
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, struct.error)


class PillowCutter:
    """Decodes once. Pixels become RGB with 8 bits; metadata and colour profile stay behind."""

    def cut(self, data: bytes, boxes: Sequence[FaceBox]) -> Iterator[bytes]:
        """See the port."""
        picture = _upright(data)
        faces = [box.area(picture.size) for box in boxes]
        for box, face in zip(boxes, faces, strict=True):
            area = crop_area(box, picture.size)
            crop = picture.crop(area)
            # The largest face of a picture is searched for, and nobody else belongs in this one's.
            for other in faces:
                crop.paste(HIDDEN, other.within(area))
            crop.paste(picture.crop(face), face.within(area))
            file = io.BytesIO()
            crop.save(file, "JPEG", quality=QUALITY)
            yield file.getvalue()


def _upright(data: bytes) -> Image.Image:
    """The picture as Rekognition sees it: it heeds the orientation that a JPEG states, and takes a PNG as it is."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            _check(picture, data)
            turn = _TURNS.get(_orientation(picture)) if picture.format != "PNG" else None
            pixels = _rgb(picture)
    except Image.DecompressionBombError:
        raise PictureError(Refusal.TOO_LARGE) from None
    except _DAMAGED:
        raise PictureError(Refusal.NOT_AN_IMAGE) from None
    return pixels if turn is None else pixels.transpose(turn)


def _check(picture: Image.Image, data: bytes) -> None:
    pixels = picture.width * picture.height
    if pixels > MAX_PIXELS or pixels * data.count(_START_OF_SCAN) > MAX_WORK:
        raise PictureError(Refusal.TOO_LARGE)
    if min(picture.size) < MIN_SIDE:
        raise PictureError(Refusal.TOO_SMALL)


def _orientation(picture: Image.Image) -> int:
    """1 (upright) also when the metadata can't be read: that is no reason to lose a picture."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except _DAMAGED:
        return 1


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off at 255
        return picture.point(lambda value: value / 256).convert("L").convert("RGB")
    return picture.convert("RGB")
