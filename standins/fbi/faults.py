"""What goes wrong between a client and the list, and the rules that say for which requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from standins.fbi.options import Options, between, maybe, whole
from standins.namus.records import draw

KINDS = ("list", "item", "image")
PARTS = 1_000_000  # how finely shares are told apart
PAGE = "<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body><h1>One moment</h1></body></html>\n"
WRONG: Mapping[str, Mapping[str, Any]] = {  # what wrong_types sets, by kind of request
    "list": {"items": {"0": "an item"}},
    "item": {"images": "none", "subjects": "ViCAP Missing Persons", "age_min": "forty", "modified": 7},
}
Honest = Callable[[], Awaitable[Response]]


class FaultError(ValueError):
    """A rule was described in a way that makes no sense; the text says how."""


async def _status(options: Mapping[str, Any], kind: str, honest: Honest) -> Response:
    headers = {} if options["retry_after"] is None else {"Retry-After": str(options["retry_after"])}
    return JSONResponse({"message": "An error has occurred."}, options["status"], headers)


async def _html(options: Mapping[str, Any], kind: str, honest: Honest) -> Response:
    return HTMLResponse(PAGE, options["status"])


async def _truncated(options: Mapping[str, Any], kind: str, honest: Honest) -> Response:
    response = await honest()
    body = bytes(response.body)
    return Response(body[: int(len(body) * options["part"])], response.status_code, media_type=response.media_type)


async def _wrong_types(options: Mapping[str, Any], kind: str, honest: Honest) -> Response:
    response = await honest()
    if response.media_type != "application/json" or response.status_code != 200:
        return response
    changes = options["set"] or WRONG.get(kind, {})
    return JSONResponse({**json.loads(bytes(response.body)), **changes})


async def _slow(options: Mapping[str, Any], kind: str, honest: Honest) -> Response:
    await asyncio.sleep(options["seconds"])
    return await honest()


def _kinds(value: object) -> bool:
    return isinstance(value, list) and set(map(str, value)) <= {*KINDS}


def _text(value: object) -> bool:
    return isinstance(value, str)


def _object(value: object) -> bool:
    return isinstance(value, dict)


Answer = Callable[[Mapping[str, Any], str, Honest], Awaitable[Response]]
# What each gives the client, and its options.
FAULTS: Mapping[str, tuple[Answer, Options]] = {
    "status": (_status, {"status": (429, whole(400, 599)), "retry_after": (None, maybe(whole(0, 86_400)))}),
    "html": (_html, {"status": (200, whole(200, 599))}),
    "truncated": (_truncated, {"part": (0.5, between(0, 1))}),
    "wrong_types": (_wrong_types, {"set": ({}, _object)}),
    "slow": (_slow, {"seconds": (5.0, between(0, 3600))}),
}
# Which requests meet it: of these kinds, whose address holds a text; of those a share, after some, so many times.
SELECTORS: Options = {
    "on": ([*KINDS], _kinds),
    "path": ("", _text),
    "share": (1, between(0, 1)),
    "after": (0, whole(0, 10**9)),
    "times": (None, maybe(whole(0, 10**9))),
}


@dataclass
class Rule:
    """A fault for some requests."""

    id: int
    fault: str
    options: Mapping[str, Any]
    selectors: Mapping[str, Any]
    seen: int = 0
    done: int = 0

    def meets(self, kind: str, address: str, seed: int) -> bool:
        """Whether this request gets the fault; counts it."""
        if kind not in self.selectors["on"] or self.selectors["path"] not in address:
            return False
        self.seen += 1
        drawn = draw(PARTS, seed, self.id, self.seen)
        if drawn >= self.selectors["share"] * PARTS or self.seen <= self.selectors["after"]:
            return False
        if self.done == self.selectors["times"]:
            return False
        self.done += 1
        return True

    def described(self) -> dict[str, Any]:
        """As it was asked for, with what has come of it."""
        counts = {"seen": self.seen, "done": self.done}
        return {"id": self.id, "fault": self.fault, **self.options, **self.selectors, **counts}


@dataclass
class Rules:
    """The rules in force. The same requests in the same order always meet the same faults."""

    seed: int
    rules: dict[int, Rule] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(1), init=False)

    def add(self, body: object) -> Rule:
        """Read a rule from JSON. Raises FaultError."""
        if not isinstance(body, dict):
            raise FaultError("a rule is a JSON object")
        name = body.get("fault")
        if not isinstance(name, str) or name not in FAULTS:
            raise FaultError(f"fault must be one of: {', '.join(FAULTS)}")
        known = FAULTS[name][1]
        for key in body.keys() - known.keys() - SELECTORS.keys() - {"fault"}:
            raise FaultError(f"{key!r} is no option here; there are: {', '.join([*known, *SELECTORS])}")
        asked = {**body, "on": [body["on"]]} if isinstance(body.get("on"), str) else body
        rule = Rule(next(self._ids), name, _read(asked, known), _read(asked, SELECTORS))
        self.rules[rule.id] = rule
        return rule

    async def answer(self, kind: str, address: str, honest: Honest) -> Response:
        """Answer a request as all rules that it meets will have it, the newest outermost."""
        for rule in [*self.rules.values()]:
            if rule.meets(kind, address, self.seed):
                honest = partial(FAULTS[rule.fault][0], rule.options, kind, honest)
        return await honest()


def _read(body: Mapping[str, Any], known: Options) -> dict[str, Any]:
    read = {name: body.get(name, default) for name, (default, _) in known.items()}
    for name, value in read.items():
        if not known[name][1](value):
            raise FaultError(f"{name} can't be {value!r}")
    return read
