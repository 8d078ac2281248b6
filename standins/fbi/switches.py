"""Switching faults and the limit on and off, under /_control."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from standins.fbi.faults import FAULTS, SELECTORS, FaultError, Rules
from standins.fbi.manners import Manners
from standins.fbi.options import between, defaults, maybe, whole
from standins.namus.control.requests import ControlError, options_of, refused, unknown
from standins.namus.site import body_of


class FaultControl:
    """`/_control/faults` and `/_control/rate`."""

    def __init__(self, rules: Rules, manners: Manners) -> None:
        self._rules = rules
        self._manners = manners

    def routes(self) -> list[Route]:
        """The paths."""
        return [
            Route("/_control/faults", self._list, methods=["GET"]),
            Route("/_control/faults", self._add, methods=["POST"]),
            Route("/_control/faults", self._clear, methods=["DELETE"]),
            Route("/_control/faults/kinds", self._kinds, methods=["GET"]),
            Route("/_control/faults/{id:int}", self._remove, methods=["DELETE"]),
            Route("/_control/rate", self._limit, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        return JSONResponse([rule.described() for rule in self._rules.rules.values()])

    async def _kinds(self, request: Request) -> Response:
        faults = {name: defaults(known) for name, (_, known) in FAULTS.items()}
        return JSONResponse({"faults": faults, "requests": defaults(SELECTORS)})

    async def _add(self, request: Request) -> Response:
        try:
            rule = self._rules.add(await body_of(request))
        except FaultError as error:
            return refused(error)
        return JSONResponse(rule.described(), status_code=201)

    async def _clear(self, request: Request) -> Response:
        self._rules.rules.clear()
        return Response(status_code=204)

    async def _remove(self, request: Request) -> Response:
        gone = self._rules.rules.pop(request.path_params["id"], None)
        return Response(status_code=204) if gone else unknown("such rule")

    async def _limit(self, request: Request) -> Response:
        try:
            options = await options_of(request, {"rate", "lockout"})
            rate, lockout = options.get("rate"), options.get("lockout", self._manners.lockout)
            if not maybe(whole(1, 1_000_000))(rate):
                raise ControlError("rate must be null or how many requests a second may hold")
            if not between(0, 86_400)(lockout):
                raise ControlError("lockout must be seconds, at most a day")
        except ControlError as error:
            return refused(error)
        self._manners.set(rate, lockout)
        return Response(status_code=204)
