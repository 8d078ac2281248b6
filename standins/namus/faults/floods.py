"""Answers that are too much: huge, endless, or small until they are unpacked. Made on the fly, never held."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.responses import Response

from standins.namus.drawings import drawing
from standins.namus.faults.fault import Exchange, Fault, Honest, require
from standins.namus.faults.wire import Broken

PIECE = bytes(64 * 1024)
MEBIBYTE = 1024 * 1024
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_ADLER_BASE = 65_521


@dataclass(frozen=True)
class HugePicture(Fault):
    """A JPEG file of so many bytes, nearly all of them after its end; `chunked` doesn't say beforehand how many."""

    length: int = 200_000_000
    chunked: bool = False

    def check(self) -> None:
        """See Fault."""
        require(20_000 <= self.length <= 10**12, "length must be from 20,000 to 10^12")

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        told = {} if self.chunked else {"content-length": str(self.length)}
        return Broken(_padded(drawing("sheet", 0), self.length), {"content-type": "image/jpg", **told})


@dataclass(frozen=True)
class Endless(Fault):
    """A body that never ends, of the type that was asked for: JSON in a string that is never closed, or a picture."""

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        if exchange.kind in ("image", "default_image"):
            return Broken(_padded(drawing("sheet", 0), None), {"content-type": "image/jpg"})
        return Broken(_padded(b'{"count": 1, "results": "', None, b" "), {"content-type": "application/json"})


@dataclass(frozen=True)
class PngBomb(Fault):
    """A small PNG that says it is giant (`kind` "size"), or whose data unpack to so many MiB (`kind` "data")."""

    kind: str = "size"
    width: int = 60_000
    height: int = 60_000
    mebibytes: int = 1024

    def check(self) -> None:
        """See Fault."""
        require(self.kind in ("size", "data"), 'kind must be "size" or "data"')
        require(0 < self.width < 2**31 and 0 < self.height < 2**31, "width and height must be from 1 to 2^31 - 1")
        require(1 <= self.mebibytes <= 8192, "mebibytes must be from 1 to 8192")

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        size = (self.width, self.height) if self.kind == "size" else (100, 100)
        data = zlib.compress(bytes(1000)) if self.kind == "size" else zeros_as_zlib(self.mebibytes)
        return Response(png(size, data), media_type="image/png")


@dataclass(frozen=True)
class GzipBomb(Fault):
    """A JSON answer that is packed by gzip and unpacks to so many MiB."""

    mebibytes: int = 1024

    def check(self) -> None:
        """See Fault."""
        require(1 <= self.mebibytes <= 8192, "mebibytes must be from 1 to 8192")

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        return Response(
            spaces_as_gzip(self.mebibytes), media_type="application/json", headers={"Content-Encoding": "gzip"}
        )


def png(size: tuple[int, int], data: bytes) -> bytes:
    """An 8-bit grey PNG of that size, whatever its packed data are."""
    header = struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def zeros_as_zlib(mebibytes: int) -> bytes:
    """Zeros, packed: about a kilobyte for each MiB."""
    # The checksum of n zeros is known without making them: its low half stays 1, and its high half counts them.
    checksum = (mebibytes * MEBIBYTE % _ADLER_BASE) << 16 | 1
    return b"\x78\xda" + _deflated(bytes(MEBIBYTE), mebibytes) + struct.pack(">I", checksum)


def spaces_as_gzip(mebibytes: int) -> bytes:
    """Spaces, packed."""
    spaces, checksum = b" " * MEBIBYTE, 0
    for _ in range(mebibytes):
        checksum = zlib.crc32(spaces, checksum)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + _deflated(spaces, mebibytes) + struct.pack("<II", checksum, mebibytes * MEBIBYTE % 2**32)


def _deflated(block: bytes, times: int) -> bytes:
    """The block so many times, packed once: after a full flush the packed bytes stand for themselves."""
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return packed * times + zlib.compressobj(9, wbits=-15).flush()


async def _padded(start: bytes, length: int | None, filling: bytes = b"\x00") -> AsyncIterator[bytes]:
    """The start, filled up to the length; without one, for ever."""
    yield start
    piece, left = filling * len(PIECE), None if length is None else length - len(start)
    while left is None or left > 0:
        yield piece if left is None else piece[:left]
        left = None if left is None else left - len(piece)
        await asyncio.sleep(0)  # nothing else here waits, and others want their turn
