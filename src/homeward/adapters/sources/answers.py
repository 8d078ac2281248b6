"""What a site answers: bytes within bounds, or the error that it stands for."""

from __future__ import annotations

import time
import zlib

import requests

from homeward.domain.errors import (
    HomewardError,
    NotFoundError,
    RequestRefusedError,
    ServerFailedError,
    ServiceUnavailableError,
    SourceBlockedError,
    SourceError,
    ThrottledError,
)

BODY_SECONDS = 180.0  # from the headers to the last byte
MAX_REFUSAL = 64 * 1024  # bytes of an answer with an error status that are read
_CHUNK, _OVERHEAD = 64 * 1024, 1024  # bytes; packing may add the latter


def refusal(answer: requests.Response, what: str) -> HomewardError:
    """The error that stands for a status other than 200; `what` was asked."""
    status = answer.status_code
    if status == 403:
        return SourceBlockedError(f"{what}: the source refuses us (403). Stop, and ask its operator before going on.")
    if status in (404, 410):
        return NotFoundError(f"{what}: the source has nothing there ({status})")
    if status == 429:
        return ThrottledError(f"{what}: still too many requests after every pause")
    if status == 500:
        return ServerFailedError(f"{what}: the source answers 500")
    if status > 500:
        return ServiceUnavailableError(f"{what}: the source answers {status}")
    if 300 <= status < 400:
        return SourceError(f"{what}: redirected to {answer.headers.get('Location', '?')!r:.200}, which we don't follow")
    said = read_body(answer, what, MAX_REFUSAL).decode(errors="replace")
    message = f"{what}: the source answers {status}: {said[:500]!r}"
    return RequestRefusedError(message, said) if status == 400 else SourceError(message)


def read_body(answer: requests.Response, what: str, limit: int) -> bytes:
    """Read at most `limit` + 1 bytes, and unpack them here, so that every step is bounded, however they drip.

    ServiceUnavailableError when they break off or take too long, SourceError when they can't be unpacked; further
    failures to read are the HTTP library's own.
    """
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise SourceError(f"{what}: the answer is packed as {coding!r:.100}, which we didn't ask for")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if coding == "gzip" else None
    body, travelled, deadline = bytearray(), 0, time.monotonic() + BODY_SECONDS
    while len(body) <= limit and travelled <= limit + _OVERHEAD:
        chunk = answer.raw.read1(_CHUNK, decode_content=False)
        if not chunk:
            if unpack and travelled and not unpack.eof:
                raise ServiceUnavailableError(f"{what}: the packed answer breaks off")
            return bytes(body)
        travelled += len(chunk)
        body += unpack.decompress(chunk, limit + 1 - len(body)) if unpack else chunk
        if time.monotonic() > deadline:
            raise ServiceUnavailableError(f"{what}: the answer took longer than {BODY_SECONDS:.0f} s")
    if len(body) <= limit:
        raise SourceError(f"{what}: more than {limit} bytes came, and unpack to less")
    return bytes(body[: limit + 1])
