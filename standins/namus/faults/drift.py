"""The index that moves while somebody reads it page by page."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from standins.namus.faults.fault import Exchange, Fault, Honest, require


@dataclass(frozen=True)
class Drift(Fault):
    """After a page was answered, one of the found cases is withdrawn or touched, or one is published beside them.

    `withdraw` takes the first: what follows moves up, and the next page misses one. `touch` takes the last, which an
    order by modifiedDateTime descending puts first: what was before it moves down, and the next page repeats one.
    `publish` adds a new case in the state of the first.
    """

    what: str = "withdraw"

    def check(self) -> None:
        """See Fault."""
        require(self.what in ("withdraw", "touch", "publish"), 'what must be "withdraw", "touch" or "publish"')

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        response = await honest()
        if exchange.found:
            self._move(exchange)
        return response

    def _move(self, exchange: Exchange) -> None:
        first, last = exchange.found[0], exchange.found[-1]
        if self.what == "withdraw":
            exchange.cases.show(first.number, listed=False, answers=False)
        elif self.what == "touch":
            exchange.cases.touch(last.number, exchange.clock.now())
        else:
            exchange.cases.publish(exchange.clock.now(), state=first.state)
