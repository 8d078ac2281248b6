"""Answers that are whole, and not what they should be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from standins.namus.faults.fault import BodyFault, Exchange, Fault, Honest, require
from standins.namus.faults.wire import headers_of

PAGE = "<!DOCTYPE html>\n<html><head><title>NamUs</title></head><body><h1>Down for maintenance</h1></body></html>\n"
# What goes wrong when nothing is said: path -> value, by kind of request.
WRONG: Mapping[str, Mapping[str, object]] = {
    "search": {"results.0.namus2Number": "forty", "results.0.modifiedDateTime": 7},
    "detail": {"id": "forty", "images": {"first": {}}, "modifiedDateTime": 7, "subjectDescription": []},
    "states": {"0": "California"},
}


@dataclass(frozen=True)
class Html(Fault):
    """A maintenance page instead of the answer, with status 200 if nothing else is said."""

    status: int = 200

    def check(self) -> None:
        """See Fault."""
        require(200 <= self.status <= 599 and self.status not in (204, 304), "status must be one with a body")

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        return HTMLResponse(PAGE, self.status)


@dataclass(frozen=True)
class Truncated(BodyFault):
    """Only this part of the body, with a length that fits: JSON or a picture that was cut off on the way to us."""

    part: float = 0.5

    def check(self) -> None:
        """See Fault."""
        require(0 <= self.part <= 1, "part must be from 0 to 1")

    def spoiled(self, response: Response, kind: str) -> Response:
        """See BodyFault."""
        body = bytes(response.body[: int(len(response.body) * self.part)])
        return _with_body(response, body)


@dataclass(frozen=True)
class WrongTypes(BodyFault):
    """JSON with other values at some dotted paths, e.g. {"images": {}}; without `set` some of each kind of request."""

    set: dict[str, Any] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)

    def spoiled(self, response: Response, kind: str) -> Response:
        """See BodyFault."""
        if response.media_type != "application/json":
            return response
        body = json.loads(bytes(response.body))
        changes = self.set if self.set or self.remove else WRONG.get(kind, {})
        for path, value in changes.items():
            _put(body, path.split("."), value)
        for path in self.remove:
            _put(body, path.split("."), _ABSENT)
        return JSONResponse(body, response.status_code)


@dataclass(frozen=True)
class WrongContentType(BodyFault):
    """The right body under another Content-Type."""

    content_type: str = "application/octet-stream"

    def check(self) -> None:
        """See Fault."""
        require(self.content_type.isprintable() and self.content_type.isascii(), "content_type must be a type")

    def spoiled(self, response: Response, kind: str) -> Response:
        """See BodyFault."""
        response.headers["content-type"] = self.content_type
        return response


@dataclass(frozen=True)
class NoPicture(Fault):
    """Text under the type of a picture."""

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        return Response(b"This is not a picture.\n" * 20, media_type="image/jpg")


_ABSENT = object()


def _put(tree: Any, path: list[str], value: object) -> None:
    """Set or remove what is at a path; where the path ends early, nothing happens."""
    *above, last = path
    for name in above:
        tree = _at(tree, name)
    if isinstance(tree, list) and last.isdigit() and int(last) < len(tree):
        tree[int(last)] = None if value is _ABSENT else value
    elif isinstance(tree, dict):
        if value is _ABSENT:
            tree.pop(last, None)
        else:
            tree[last] = value


def _at(tree: Any, name: str) -> Any:
    if isinstance(tree, list) and name.isdigit() and int(name) < len(tree):
        return tree[int(name)]
    return tree.get(name) if isinstance(tree, dict) else None


def _with_body(response: Response, body: bytes) -> Response:
    headers = headers_of(response, frozenset({"content-length"}))
    return Response(body, response.status_code, headers=headers)
