"""Connections that can't cost more than a little memory for a little time, whatever comes over them."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 64 * 1024
"""Bytes of a request's line and headers."""
HEAD_SECONDS = 30.0
"""How long a request's line and headers may take; also how long a new connection may stay silent."""
KEPT_SECONDS = 75
"""How long a connection is kept for the next request: longer than clients keep theirs, so that they end it."""

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Connection(HttpToolsProtocol):
    """uvicorn's own bounds neither the size of a request's head nor the time that it takes."""

    _patience: asyncio.TimerHandle | None = None
    _head: int | None = None  # bytes of the head that is being received

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._wait_no_more()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The head begins."""
        self._head = 0
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._head = None
        self._wait_no_more()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Some of a head, of a body, or of a body that nobody wants any more."""
        if self.cycle is not None and self.cycle.response_complete:
            self._wait()
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > MAX_HEAD and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """No next request. `close` would wait for a client that doesn't read its answer."""
        self.transport.abort()

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
