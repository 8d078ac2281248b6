"""An item's images under /_control: one more, another one at the same address, one less."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from standins.fbi.records import Entry, Image
from standins.fbi.wanted import Wanted
from standins.namus.control.requests import ControlError, refused, unknown
from standins.namus.pictures import Picture, given, portrayed
from standins.namus.records import draw

MAX_PICTURE = 50_000_000  # bytes


class ImageControl:
    """`/_control/items/UID/images`. The body is a picture, or empty for a drawn face that was never there before.

    In the query: caption, and touch=false to leave `modified` as it is. Images are counted from 1.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._drawn = 0

    def routes(self) -> list[Route]:
        """The paths."""
        images = "/_control/items/{uid}/images"
        return [
            Route(images, self._change, methods=["POST"]),
            Route(f"{images}/{{number:int}}", self._change, methods=["PUT", "DELETE"]),
        ]

    async def _change(self, request: Request) -> Response:
        entry = self._wanted.known(request.path_params["uid"])
        number = request.path_params.get("number")
        if entry is None or not (number is None or 1 <= number <= len(entry.images)):
            return unknown("such image")
        try:
            picture = None if request.method == "DELETE" else await self._picture(request)
        except ControlError as error:
            return refused(error)
        entry.images = _changed(entry, number, picture, request.query_params.get("caption"))
        if request.query_params.get("touch") != "false":
            self._wanted.touch([entry])
        return JSONResponse({"images": len(entry.images)})

    async def _picture(self, request: Request) -> Picture:
        """Raises ControlError."""
        content = b""
        async for chunk in request.stream():
            content += chunk
            if len(content) > MAX_PICTURE:
                raise ControlError(f"a picture has at most {MAX_PICTURE} bytes")
        if not content:
            self._drawn += 1
            return portrayed(draw(1 << 62, request.path_params["uid"], "drawn", self._drawn), ".jpg")
        picture = given(content)
        if picture is None:
            raise ControlError("the body is no picture that we can read; leave it empty for a drawn face")
        return picture


def _changed(entry: Entry, number: int | None, picture: Picture | None, caption: str | None) -> list[Image]:
    images = [*entry.images]
    if picture is None and number is not None:
        del images[number - 1]
        # Of what is left the first one becomes the item's image; the others stay where they are.
        return [replace(image, name=None) if place == 0 else image for place, image in enumerate(images)]
    if picture is not None and number is not None:
        images[number - 1] = replace(images[number - 1], picture=picture)
    elif picture is not None:
        added = Image(f"photo-{picture.key[:8]}.jpg" if images else None, caption, picture)
        images.append(added)
    return images
