"""Connections that end before the answer does, and lengths that are not those of the body."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from standins.namus.faults.fault import BodyFault, Exchange, Honest, require
from standins.namus.faults.wire import Broken, End, headers_of, once


@dataclass(frozen=True)
class Drop(BodyFault):
    """The connection ends `when` "before" the first byte or in the "middle" of the body, by a "close" or a "reset"."""

    when: str = "before"
    how: str = "reset"

    def check(self) -> None:
        """See Fault."""
        require(self.when in ("before", "middle"), 'when must be "before" or "middle"')
        require(self.how in ("close", "reset"), 'how must be "close" or "reset"')

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        if self.when == "before":
            return Broken(once(b""), None, end=End(self.how))
        return await super().answer(exchange, honest)

    def spoiled(self, response: Response, kind: str) -> Response:
        """See BodyFault."""
        half = bytes(response.body[: len(response.body) // 2])
        return Broken(once(half), headers_of(response), response.status_code, End(self.how))


@dataclass(frozen=True)
class WrongLength(BodyFault):
    """Content-Length says so many bytes more than there are, or with a negative number fewer; then comes the end."""

    by: int = 100

    def spoiled(self, response: Response, kind: str) -> Response:
        """See BodyFault."""
        body = bytes(response.body)
        stated = max(len(body) + self.by, 0)
        headers = {**headers_of(response), "content-length": str(stated)}
        return Broken(once(body[:stated]), headers, response.status_code, End.CLOSE, surplus=body[stated:])
