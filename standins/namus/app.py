"""The server: NamUs's public paths, the faults in front of them, and `/_control` for those who test against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from standins.namus.caseset import CaseSet
from standins.namus.clock import Clock
from standins.namus.control import CaseControl, RuleControl
from standins.namus.faults.fault import Exchange
from standins.namus.faults.rules import Rules
from standins.namus.records import MISSING
from standins.namus.site import Pages

ROOT = "/api/casesets/namus"  # the site takes paths in any case; requests are lowered before routing
Endpoint = Callable[[Request], Awaitable[Response]]


class Server:
    """Answers for some sets of cases, by their names in paths, and counts the requests by kind."""

    def __init__(self, sets: Mapping[str, CaseSet], rules: Rules, clock: Clock) -> None:
        self._sets = sets
        self._rules = rules
        self._clock = clock
        self._requests: Counter[str] = Counter()

    def app(self) -> ASGIApp:
        """The ASGI application."""
        missing = self._sets[MISSING]
        routes = [
            *(route for name, cases in self._sets.items() for route in self._routes(name, cases)),
            self._route("states", f"{ROOT}/states", missing, Pages(missing).states),
            *CaseControl(missing, self._clock).routes(),
            *RuleControl(self._rules).routes(),
            Route("/_control/requests", self._count, methods=["GET"]),
            Route("/_control/requests", self._forget_requests, methods=["DELETE"]),
        ]
        return _LowerPath(Starlette(routes=routes))

    def _routes(self, name: str, cases: CaseSet) -> list[Route]:
        home, pages = f"{ROOT}/{name.lower()}", Pages(cases)
        case = f"{home}/cases/{{number:int}}"
        return [
            self._route("search", f"{home}/search", cases, pages.search, "POST"),
            self._route("detail", case, cases, pages.detail),
            self._route("default_image", f"{case}/images/default/{{size:str}}", cases, pages.default_image),
            self._route("image", f"{case}/images/{{identity:int}}/{{size:str}}", cases, pages.image),
        ]

    def _route(self, kind: str, path: str, cases: CaseSet, endpoint: Endpoint, method: str = "GET") -> Route:
        async def answered(request: Request) -> Response:
            self._requests[kind] += 1
            exchange = Exchange(kind, request, cases, self._clock)
            return await self._rules.answer(exchange, partial(endpoint, request))

        return Route(path, answered, methods=[method])

    async def _count(self, request: Request) -> Response:
        return JSONResponse(dict(self._requests))

    async def _forget_requests(self, request: Request) -> Response:
        self._requests.clear()
        return Response(status_code=204)


class _LowerPath:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": scope["path"].lower()}
        await self._app(scope, receive, send)
