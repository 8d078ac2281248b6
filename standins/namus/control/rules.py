"""Switching faults on and off."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from standins.namus.control.requests import refused, unknown
from standins.namus.faults.catalogue import described
from standins.namus.faults.fault import FaultError
from standins.namus.faults.rules import Rules
from standins.namus.site import body_of


class RuleControl:
    """`/_control/faults`."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def routes(self) -> list[Route]:
        """The paths."""
        return [
            Route("/_control/faults", self._list, methods=["GET"]),
            Route("/_control/faults", self._add, methods=["POST"]),
            Route("/_control/faults", self._clear, methods=["DELETE"]),
            Route("/_control/faults/kinds", self._kinds, methods=["GET"]),
            Route("/_control/faults/{id:int}", self._remove, methods=["DELETE"]),
        ]

    async def _list(self, request: Request) -> Response:
        return JSONResponse([rule.described() for rule in self._rules.rules.values()])

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
        rule = self._rules.rules.pop(request.path_params["id"], None)
        return Response(status_code=204) if rule else unknown("such rule")

    async def _kinds(self, request: Request) -> Response:
        return JSONResponse(described())
