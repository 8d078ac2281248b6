"""The public paths of NamUs, for one case set each."""

from __future__ import annotations

import asyncio
import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from standins.namus.caseset import CaseSet
from standins.namus.codes import codes
from standins.namus.detail import detail
from standins.namus.drawings import placeholder
from standins.namus.images import Image, default_image
from standins.namus.search import BadRequestError, UnknownOperatorError, answer, parse

MAX_BODY = 1_000_000  # bytes


class Pages:
    """Answers about one set of cases, as long as nothing goes wrong."""

    def __init__(self, cases: CaseSet) -> None:
        self.cases = cases

    async def search(self, request: Request) -> Response:
        """POST Search. What it found is left in `request.state.found`, for those who make the index move."""
        try:
            query = parse(await body_of(request), self.cases.fields)
        except BadRequestError as error:
            return JSONResponse({"errors": error.reasons}, status_code=400)
        except UnknownOperatorError:
            return JSONResponse({"message": "An error has occurred."}, status_code=500)
        found = self.cases.finder.find(query)
        request.state.found = found
        await asyncio.sleep(query.seconds(len(found)))
        return JSONResponse(answer(query, found, self.cases.fields))

    async def detail(self, request: Request) -> Response:
        """GET Cases/{number}."""
        case = self.cases.get(request.path_params["number"])
        if case is None:
            return not_found()
        return JSONResponse(detail(case, self.cases.images(case), self.cases.is_resolved(case.number)))

    async def image(self, request: Request) -> Response:
        """GET Cases/{number}/Images/{identity}/{size}."""
        case = self.cases.get(request.path_params["number"])
        images = self.cases.images(case) if case else []
        image = next((image for image in images if image.identity_id == request.path_params["identity"]), None)
        return _picture(image, request.path_params["size"]) if image else not_found()

    async def default_image(self, request: Request) -> Response:
        """GET Cases/{number}/Images/Default/{size}: of a case without a portrait, the placeholder."""
        case = self.cases.get(request.path_params["number"])
        size = request.path_params["size"]
        if case is None or size not in ("thumbnail", "poster"):
            return not_found()
        default = default_image(self.cases.images(case))
        if default is None:
            return Response(placeholder(), media_type="image/jpg")
        return _picture(default, "original" if size == "poster" else size)

    async def states(self, request: Request) -> Response:
        """GET States."""
        return JSONResponse([{**state.body(), "displayName": state.shown} for state in codes("state")])


async def body_of(request: Request) -> object:
    """The JSON body, or None when it is no JSON or too long."""
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


def not_found() -> Response:
    """The site's answer to what it doesn't have."""
    return JSONResponse({"message": "Not found."}, status_code=404)


def _picture(image: Image, size: str) -> Response:
    if size == "thumbnail":
        return Response(image.thumbnail(), media_type="image/jpg")
    if size == "original":
        return Response(image.picture.data(), media_type=image.mime_name)
    if size == "download":
        suffix = "png" if "png" in image.mime_name else "jpg"
        disposition = {"Content-Disposition": f'attachment; filename="{image.identity_id}.{suffix}"'}
        return Response(image.picture.data(), media_type=image.mime_name, headers=disposition)
    return not_found()
