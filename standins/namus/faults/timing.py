"""Answers that take their time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.responses import Response

from standins.namus.faults.fault import BodyFault, Exchange, Fault, Honest, require
from standins.namus.faults.wire import Broken, headers_of


@dataclass(frozen=True)
class Slow(Fault):
    """The first byte of the answer comes after so many seconds."""

    seconds: float = 5.0

    def check(self) -> None:
        """See Fault."""
        require(0 <= self.seconds <= 3600, "seconds must be from 0 to 3600")

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        await asyncio.sleep(self.seconds)
        return await honest()


@dataclass(frozen=True)
class Drip(BodyFault):
    """The headers come at once, the body in pieces of some bytes with a pause before each."""

    piece: int = 1
    pause: float = 0.5

    def check(self) -> None:
        """See Fault."""
        require(self.piece >= 1, "piece must be 1 byte or more")
        require(0 <= self.pause <= 3600, "pause must be from 0 to 3600 seconds")

    def spoiled(self, response: Response, kind: str) -> Response:
        """See BodyFault."""
        return Broken(self._pieces(bytes(response.body)), headers_of(response), response.status_code)

    async def _pieces(self, body: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(body), self.piece):
            await asyncio.sleep(self.pause)
            yield body[start : start + self.piece]
