"""The public paths of NamUs, and `/_control` for those who test against it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from standins.namus.caseset import CaseSet
from standins.namus.codes import codes
from standins.namus.control import change_case
from standins.namus.detail import detail
from standins.namus.drawings import placeholder
from standins.namus.images import Image, default_image, images_of
from standins.namus.search import BadRequestError, UnknownOperatorError, answer, parse

ROOT = "/api/casesets/namus"  # the site takes paths in any case; requests are lowered before routing
MAX_BODY = 1_000_000  # bytes
Endpoint = Callable[[Request], Awaitable[Response]]


class Server:
    """Answers for one set of cases and counts the requests by kind."""

    def __init__(self, cases: CaseSet) -> None:
        self._cases = cases
        self._requests: Counter[str] = Counter()

    def app(self) -> ASGIApp:
        """The ASGI application."""
        missing = f"{ROOT}/missingpersons"
        case = f"{missing}/cases/{{number:int}}"
        routes = [
            self._route("search", f"{missing}/search", self._search, "POST"),
            self._route("search", f"{ROOT}/unidentifiedpersons/search", self._search_nothing, "POST"),
            self._route("search", f"{ROOT}/unclaimedpersons/search", self._search_nothing, "POST"),
            self._route("detail", case, self._detail),
            self._route("default_image", f"{case}/images/default/{{size:str}}", self._default_image),
            self._route("image", f"{case}/images/{{identity:int}}/{{size:str}}", self._image),
            self._route("states", f"{ROOT}/states", self._states),
            Route("/_control/cases/{number:int}", self._change, methods=["POST"]),
            Route("/_control/requests", self._count, methods=["GET"]),
            Route("/_control/requests", self._forget_requests, methods=["DELETE"]),
        ]
        return _LowerPath(Starlette(routes=routes))

    def _route(self, kind: str, path: str, endpoint: Endpoint, method: str = "GET") -> Route:
        async def counted(request: Request) -> Response:
            self._requests[kind] += 1
            return await endpoint(request)

        return Route(path, counted, methods=[method])

    async def _search(self, request: Request) -> Response:
        return await _searched(request, self._cases)

    async def _search_nothing(self, request: Request) -> Response:
        return await _searched(request, CaseSet([]))

    async def _detail(self, request: Request) -> Response:
        case = self._cases.get(request.path_params["number"])
        return JSONResponse(detail(case, images_of(case))) if case else _not_found()

    async def _image(self, request: Request) -> Response:
        case = self._cases.get(request.path_params["number"])
        images = images_of(case) if case else []
        image = next((image for image in images if image.identity_id == request.path_params["identity"]), None)
        return _image_response(image, request.path_params["size"]) if image else _not_found()

    async def _default_image(self, request: Request) -> Response:
        case = self._cases.get(request.path_params["number"])
        size = request.path_params["size"]
        if case is None or size not in ("thumbnail", "poster"):
            return _not_found()
        default = default_image(images_of(case))
        if default is None:
            return Response(placeholder(), media_type="image/jpg")
        return _image_response(default, "original" if size == "poster" else size)

    async def _states(self, request: Request) -> Response:
        return JSONResponse([{**state.body(), "displayName": state.shown} for state in codes("state")])

    async def _change(self, request: Request) -> Response:
        return change_case(self._cases, request.path_params["number"], await _json(request))

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


async def _searched(request: Request, cases: CaseSet) -> Response:
    try:
        query = parse(await _json(request))
    except BadRequestError as error:
        return JSONResponse({"errors": error.reasons}, status_code=400)
    except UnknownOperatorError:
        return JSONResponse({"message": "An error has occurred."}, status_code=500)
    return JSONResponse(answer(query, cases.published()))


async def _json(request: Request) -> object:
    """The body, or None when it is no JSON or too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content


def _image_response(image: Image, size: str) -> Response:
    if size == "thumbnail":
        return Response(image.thumbnail(), media_type="image/jpg")
    if size == "original":
        return Response(image.original(), media_type=image.mime_name)
    if size == "download":
        suffix = "png" if "png" in image.mime_name else "jpg"
        disposition = {"Content-Disposition": f'attachment; filename="{image.identity_id}.{suffix}"'}
        return Response(image.original(), media_type=image.mime_name, headers=disposition)
    return _not_found()


def _not_found() -> Response:
    return JSONResponse({"message": "Not found."}, status_code=404)
