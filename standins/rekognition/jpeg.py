"""A JPEG file's own account of itself, read without decoding: what is refused here never reaches the decoder."""

from __future__ import annotations

import re
from dataclasses import dataclass

from standins.rekognition.errors import InvalidImageFormatError

SIGNATURE = b"\xff\xd8\xff"

_MARKER = re.compile(rb"\xff+([^\x00\xff])")
# Inside a scan FF is followed by 00 or by a restart marker; anything else ends the scan.
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END, _START_OF_SCAN = 0xD9, 0xDA
# Frames of 8 bits with Huffman codes: baseline, extended, progressive. Hardly anything reads the other kinds
# (arithmetic, lossless, hierarchical), so they count as damaged.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_OTHER_FRAMES = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SECOND_START = 0xD8
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_COMPONENTS = (1, 3, 4)
_MOST_SEGMENTS = 10_000
_MOST_WORK = 1_000_000_000
"""Pixels times scans: each scan goes over the whole picture, and a scan of nothing takes a few bytes only."""
# Whatever a complete scan is followed by changes nothing in it; a cut one takes these bytes for its missing part, from
# the restart marker on that it waits for.
_PART = bytes(range(17, 251, 9)) * 8
_MORE = b"".join((_PART, *(bytes((0xFF, restart)) + _PART for restart in range(0xD0, 0xD8))))


@dataclass(frozen=True)
class Jpeg:
    """`width` and `height` in pixels as they are stored, 1 (grey), 3 or 4 (CMYK) `components`, `end`: offset of the
    end marker."""

    width: int
    height: int
    components: int
    scans: int
    end: int

    def check_work(self) -> None:
        """Raises InvalidImageFormatError when it would take too long to decode."""
        if self.scans * self.width * self.height > _MOST_WORK:
            raise _damaged()


def inspect(data: bytes) -> Jpeg:
    """The frame of a whole file. Raises InvalidImageFormatError: damaged, cut off, a kind that isn't read."""
    frame: tuple[int, int, int] | None = None
    scans, at = 0, 2
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.match(data, at)
        if found is None:
            break
        marker, at = found[1][0], found.end()
        if marker == _END and frame and scans:
            return Jpeg(*frame, scans, end=at - 2)
        if marker in _STANDALONE:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2 or at + length > len(data) or marker in _OTHER_FRAMES or marker in (_END, _SECOND_START):
            break
        if marker in _FRAMES:
            if frame:
                break
            frame = _frame(data[at + 2 : at + length])
        at += length
        if marker == _START_OF_SCAN:
            scans += 1
            end = _SCAN_END.search(data, at)
            at = end.start() if end else len(data)
    raise _damaged()


def lengthened(data: bytes, jpeg: Jpeg) -> bytes:
    """The file with more data in its last scan: the same picture if that scan was complete, another one if not."""
    return data[: jpeg.end] + _MORE + data[jpeg.end : jpeg.end + 2]


def _frame(content: bytes) -> tuple[int, int, int]:
    if len(content) < 6 or content[0] != 8 or content[5] not in _COMPONENTS:
        raise _damaged()
    height, width = int.from_bytes(content[1:3], "big"), int.from_bytes(content[3:5], "big")
    if not width or not height:
        raise _damaged()
    return width, height, content[5]


def _damaged() -> InvalidImageFormatError:
    return InvalidImageFormatError("Invalid image encoding")
