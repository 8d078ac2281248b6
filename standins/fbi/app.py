"""The server: the list, its items and images, what goes wrong in front of them, and `/_control` for tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from math import ceil

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from standins.fbi.control import ItemControl
from standins.fbi.faults import Rules
from standins.fbi.images import ImageControl
from standins.fbi.listing import read_query
from standins.fbi.manners import Manners
from standins.fbi.pictures import SCALES, scaled
from standins.fbi.switches import FaultControl
from standins.fbi.wanted import Wanted

Endpoint = Callable[[Request], Awaitable[Response]]
API, SITE = "api.fbi.gov", "www.fbi.gov"  # two hosts, each of which counts for itself


class Server:
    """Answers for one list, and counts the requests by kind."""

    def __init__(self, wanted: Wanted, rules: Rules, manners: Manners) -> None:
        self._wanted = wanted
        self._rules = rules
        self._manners = manners
        self._requests: Counter[str] = Counter()

    def app(self) -> ASGIApp:
        """The ASGI application."""
        image = "/wanted/{page:path}/@@images/image"
        return Starlette(
            routes=[
                self._route("list", API, "/wanted/v1/list", self._list),
                self._route("item", API, "/@wanted-person/{uid}", self._item),
                self._route("image", SITE, image, self._image),
                self._route("image", SITE, image + "/{scale}", self._image),
                *ItemControl(self._wanted).routes(),
                *ImageControl(self._wanted).routes(),
                *FaultControl(self._rules, self._manners).routes(),
                Route("/_control/requests", self._count, methods=["GET"]),
                Route("/_control/requests", self._forget_requests, methods=["DELETE"]),
            ]
        )

    def _route(self, kind: str, host: str, path: str, endpoint: Endpoint) -> Route:
        async def answered(request: Request) -> Response:
            self._requests[kind] += 1
            wait = self._manners.locked_out(host)
            if wait:
                headers = {"Retry-After": str(ceil(wait))}
                return JSONResponse({"message": "Too many requests."}, 429, headers)
            address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return await self._rules.answer(kind, address, partial(endpoint, request))

        return Route(path, answered, methods=["GET"])

    async def _list(self, request: Request) -> Response:
        return JSONResponse(read_query(request.query_params).answer(self._wanted.listed(), _home(request)))

    async def _item(self, request: Request) -> Response:
        entry = self._wanted.get(request.path_params["uid"])
        return JSONResponse(entry.body(_home(request))) if entry else _not_found()

    async def _image(self, request: Request) -> Response:
        image = self._wanted.image(f"/wanted/{request.path_params['page']}")
        scale = request.path_params.get("scale")
        if image is None or scale not in (None, *SCALES):
            return _not_found()
        try:
            data = image.picture.data()
        except OSError:  # its file is gone since we started
            return _not_found()
        if scale:
            return Response(scaled(data, scale), media_type="image/jpeg")
        return Response(data, media_type="image/png" if data.startswith(b"\x89PNG") else "image/jpeg")

    async def _count(self, request: Request) -> Response:
        return JSONResponse(dict(self._requests))

    async def _forget_requests(self, request: Request) -> Response:
        self._requests.clear()
        return Response(status_code=204)


def _home(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _not_found() -> Response:
    return JSONResponse({"type": "NotFound", "message": "Resource not found"}, status_code=404)
