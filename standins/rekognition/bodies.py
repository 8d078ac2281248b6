"""Bodies of requests: each bounded in size and time, and all those in work together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.requests import Request

from standins.rekognition.errors import RekognitionError, RequestTooLargeError

MAX_BODY = 16 * 1024 * 1024
"""Bytes of a request: two pictures of 5 MB in base64, and a picture too large still gets its own error."""
MAX_TOGETHER = 8 * MAX_BODY
"""Bytes of all requests that are being received or worked on."""
MAX_SECONDS = 30.0
"""How long a request may take to arrive."""


class UnavailableError(RekognitionError):
    """Too much to do; SDKs wait and try again."""

    code = "ThrottlingException"
    status = 500


class RequestTimeoutError(RekognitionError):
    """The request didn't arrive in time."""

    code = "RequestTimeoutException"
    status = 408


class Bodies:
    """Receives bodies and knows how many bytes of them there are. For one event loop."""

    def __init__(self, seconds: float = MAX_SECONDS, together: int = MAX_TOGETHER) -> None:
        self._seconds, self._together = seconds, together
        self._bytes = 0

    @asynccontextmanager
    async def receive(self, request: Request) -> AsyncIterator[bytes]:
        """The body, which counts as being in work until the end of the `with`.

        Raises RequestTooLargeError as soon as it is known to be over MAX_BODY, RequestTimeoutError, UnavailableError,
        and starlette's ClientDisconnect.
        """
        size = 0

        def count(more: int) -> None:
            nonlocal size
            size += more
            self._bytes += more
            _check_size(size)
            if self._bytes > self._together:
                raise UnavailableError("Service Unavailable")

        try:
            yield await self._all(request, count)
        finally:
            self._bytes -= size

    async def _all(self, request: Request, count: Callable[[int], None]) -> bytes:
        _check_size(int(request.headers.get("content-length", 0)))
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self._seconds):
                async for part in request.stream():
                    count(len(part))
                    parts.append(part)
        except TimeoutError as error:
            raise RequestTimeoutError(f"The request did not arrive within {self._seconds:g} seconds") from error
        return b"".join(parts)


def _check_size(size: int) -> None:
    if size > MAX_BODY:
        raise RequestTooLargeError(f"The request is larger than {MAX_BODY} bytes")
