"""Answers that say no, or: elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from starlette.responses import JSONResponse, Response

from standins.namus.faults.fault import Exchange, Fault, Honest, require


@dataclass(frozen=True)
class Status(Fault):
    """The answer is this status alone; `retry_after` seconds are told as a number, or `as_date` as the time then."""

    status: int = 503
    retry_after: int | None = None
    as_date: bool = False

    def check(self) -> None:
        """See Fault."""
        require(400 <= self.status <= 599, "status must be from 400 to 599")

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        return JSONResponse({"message": "An error has occurred."}, self.status, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        if self.retry_after is None:
            return {}
        then = datetime.now(UTC) + timedelta(seconds=self.retry_after)
        return {"Retry-After": format_datetime(then, usegmt=True) if self.as_date else str(self.retry_after)}


@dataclass(frozen=True)
class Redirect(Fault):
    """The answer points to the same path at another address."""

    to: str = "http://elsewhere.invalid"
    status: int = 302

    def check(self) -> None:
        """See Fault."""
        require(300 <= self.status <= 399, "status must be from 300 to 399")
        require(self.to.isprintable() and self.to.isascii(), "to must be an address")

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        return Response(status_code=self.status, headers={"Location": f"{self.to}{exchange.request.url.path}"})
