"""Answers that break off, lie about their length, or never end: what ASGI has no words for."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from enum import Enum

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

TRANSPORT = "homeward.transport"  # where a scope holds the connection
_RESET_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: what is not sent yet is thrown away, the other side is told
_FLUSH_SECONDS = 0.01


class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's protocol, whose requests know their connection."""

    app: ASGIApp

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Called by asyncio for each connection."""
        super().connection_made(transport)
        self.app = _Connected(self.app, transport)


class _Connected:
    def __init__(self, app: ASGIApp, transport: asyncio.Transport) -> None:
        self._app = app
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, TRANSPORT: self._transport}, receive, send)


class End(Enum):
    """How a connection goes on after an answer."""

    WHOLE = "whole"
    CLOSE = "close"
    RESET = "reset"


class Broken(Response):
    """An answer in pieces. After a CLOSE or RESET nothing of it follows; `surplus` goes beyond its stated length.

    Without `headers` not even the answer's first line is sent.
    """

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        headers: Mapping[str, str] | None,
        status: int = 200,
        end: End = End.WHOLE,
        surplus: bytes = b"",
    ) -> None:
        super().__init__(status_code=status)
        self._pieces = pieces
        self._head = headers
        self._end = end
        self._surplus = surplus

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        transport: asyncio.Transport = scope[TRANSPORT]
        if self._head is not None:
            head = [(name.lower().encode(), value.encode()) for name, value in self._head.items()]
            await send({"type": "http.response.start", "status": self.status_code, "headers": head})
            async for piece in self._pieces:
                if transport.is_closing():  # uvicorn would take pieces for ever
                    return await _gone(receive)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        if self._end is End.WHOLE:
            return await send({"type": "http.response.body", "body": b"", "more_body": False})
        transport.write(self._surplus)
        await _hang_up(transport, self._end)
        return await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Wait until uvicorn knows that the connection ended; it would complain about an answer that isn't whole."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _hang_up(transport: asyncio.Transport, how: End) -> None:
    if how is End.CLOSE:
        transport.close()  # sends what is left first
        return
    while transport.get_write_buffer_size() and not transport.is_closing():
        await asyncio.sleep(_FLUSH_SECONDS)
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
    transport.abort()


async def once(body: bytes) -> AsyncIterator[bytes]:
    """The body in one piece."""
    if body:
        yield body


def headers_of(response: Response, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """An answer's headers, some left out."""
    return {name: value for name, value in response.headers.items() if name not in without}
