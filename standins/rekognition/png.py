"""A PNG file's chunks: only those that make pixels reach the decoder, and only if they hold just as many as they say.

Others (texts, colour profiles, EXIF, further frames) may be compressed too and inflate to a thousand times their size.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from standins.rekognition.errors import InvalidImageFormatError

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # colour type: grey, RGB, palette, grey and alpha, RGB and alpha
_DEPTHS = (1, 2, 4, 8, 16)
# Interlacing (Adam7): left, top, and the distance of columns and rows of each pass.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_MOST_CHUNKS = 100_000
_STEP = 1 << 20


@dataclass(frozen=True)
class Png:
    """`width` and `height` in pixels; `inflated`: bytes of all rows; `header` to `end`: chunks as they are stored."""

    width: int
    height: int
    inflated: int
    header: bytes
    palette: bytes
    data: tuple[bytes, ...]
    end: bytes

    def file(self) -> bytes:
        """A file of nothing but pixels."""
        return b"".join((SIGNATURE, self.header, self.palette, *self.data, self.end))

    def check_data(self) -> None:
        """Raises InvalidImageFormatError when there are fewer or more pixels than the header says."""
        stream, size = zlib.decompressobj(), 0
        try:
            for chunk in self.data:
                rest = chunk[8:-4]
                while rest and not stream.eof and size <= self.inflated:
                    size += len(stream.decompress(rest, _STEP))
                    rest = stream.unconsumed_tail
            # The last few bytes may still be due; `flush` would inflate all that is left without a bound.
            size += len(stream.decompress(stream.unconsumed_tail, _STEP))
        except zlib.error as error:
            raise _damaged() from error
        if size != self.inflated:
            raise _damaged()


def inspect(data: bytes) -> Png:
    """The chunks of a whole file. Raises InvalidImageFormatError: damaged, cut off, unknown chunks that matter."""
    kept: dict[bytes, list[bytes]] = {b"IHDR": [], b"PLTE": [], b"IDAT": [], b"IEND": []}
    at = len(SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            break
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data) or (name not in kept and name[:1].isupper()):
            break
        if name in kept:
            kept[name].append(data[at:end])
        if name == b"IEND":
            return _png(kept)
        at = end
    raise _damaged()


def _png(chunks: dict[bytes, list[bytes]]) -> Png:
    headers, palettes, data, ends = chunks.values()
    if len(headers) != 1 or len(palettes) > 1 or not data or len(headers[0]) != 25:
        raise _damaged()
    width, height, depth, colours, _, _, interlaced = struct.unpack_from(">IIBBBBB", headers[0], 8)
    if not width or not height or depth not in _DEPTHS or colours not in _CHANNELS or interlaced > 1:
        raise _damaged()
    inflated = _inflated(width, height, depth * _CHANNELS[colours], bool(interlaced))
    return Png(width, height, inflated, headers[0], b"".join(palettes), tuple(data), ends[0])


def _inflated(width: int, height: int, bits: int, interlaced: bool) -> int:
    """Bytes of all rows, each with one for its filter."""
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    sizes = ((-(-(width - left) // across), -(-(height - top) // down)) for left, top, across, down in passes)
    return sum(rows * (1 + -(-columns * bits // 8)) for columns, rows in sizes if columns > 0 and rows > 0)


def _damaged() -> InvalidImageFormatError:
    return InvalidImageFormatError("Invalid image encoding")
