"""A case's photos: one more, another one in its place, one less."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from standins.namus.caseset import CaseSet
from standins.namus.clock import Clock
from standins.namus.codes import names
from standins.namus.control.requests import ControlError, refused, unknown
from standins.namus.images import Image, mime_name, new_identity
from standins.namus.pictures import Picture, given, portrayed
from standins.namus.records import Case, draw

MAX_PICTURE = 50_000_000  # bytes


class PhotoControl:
    """`/_control/cases/N/photos`. The body is a picture, or empty for a drawn face that was never there before.

    In the query: category (FacialCaseId), caption, and touch=false to leave modifiedDateTime as it is.
    """

    def __init__(self, cases: CaseSet, clock: Clock) -> None:
        self._cases = cases
        self._clock = clock
        self._drawn = 0

    def routes(self) -> list[Route]:
        """The paths."""
        photos = "/_control/cases/{number:int}/photos"
        return [
            Route(photos, self._add, methods=["POST"]),
            Route(f"{photos}/{{identity:int}}", self._replace, methods=["PUT"]),
            Route(f"{photos}/{{identity:int}}", self._remove, methods=["DELETE"]),
        ]

    async def _add(self, request: Request) -> Response:
        case = self._cases.known(request.path_params["number"])
        if case is None:
            return unknown("such case")
        try:
            category = _category(request)
            picture, media_type = await self._picture(request)
        except ControlError as error:
            return refused(error)
        images = self._cases.images(case)
        identity = new_identity(case, images)
        caption = request.query_params.get("caption")
        added = Image(identity, category, caption, mime_name(media_type, identity), picture)
        return self._set(request, case, [*images, added], added)

    async def _replace(self, request: Request) -> Response:
        found = self._found(request)
        if found is None:
            return unknown("such photo")
        case, images, old = found
        try:
            picture, media_type = await self._picture(request)
        except ControlError as error:
            return refused(error)
        new = replace(old, picture=picture, mime_name=mime_name(media_type, old.identity_id))
        return self._set(request, case, [new if image is old else image for image in images], new)

    async def _remove(self, request: Request) -> Response:
        found = self._found(request)
        if found is None:
            return unknown("such photo")
        case, images, old = found
        return self._set(request, case, [image for image in images if image is not old], old)

    def _found(self, request: Request) -> tuple[Case, list[Image], Image] | None:
        case = self._cases.known(request.path_params["number"])
        images = self._cases.images(case) if case else []
        image = next((image for image in images if image.identity_id == request.path_params["identity"]), None)
        return (case, images, image) if case and image else None

    def _set(self, request: Request, case: Case, images: list[Image], changed: Image) -> Response:
        self._cases.set_images(case.number, images)
        if request.query_params.get("touch") != "false":
            self._cases.touch(case.number, self._clock.now())
        return JSONResponse({"identityId": changed.identity_id, "storageKey": changed.picture.key})

    async def _picture(self, request: Request) -> tuple[Picture, str]:
        """The picture and its type. Raises ControlError."""
        content = b""
        async for chunk in request.stream():
            content += chunk
            if len(content) > MAX_PICTURE:
                raise ControlError(f"a picture has at most {MAX_PICTURE} bytes")
        if not content:
            self._drawn += 1
            return portrayed(draw(1 << 62, request.path_params["number"], "drawn", self._drawn), ".jpg"), "image/jpeg"
        picture = given(content)
        if picture is None:
            raise ControlError("the body is no picture that we can read; leave it empty for a drawn face")
        return picture, "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"


def _category(request: Request) -> str:
    category = request.query_params.get("category", "FacialCaseId")
    if category not in names("imageCategory"):
        raise ControlError(f"category must be one of: {', '.join(names('imageCategory'))}")
    return category
