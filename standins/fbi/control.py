"""What the owners of the list would do, under /_control: publish, change, withdraw and return items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from standins.fbi.options import is_whole
from standins.fbi.records import KEYS, STATUSES, Entry, What
from standins.fbi.wanted import Wanted, chosen, described
from standins.namus.control.requests import ControlError, flag, options_of, refused, unknown

MANY = {"do", "uids", "count", "share", "seed", "what", "status", "touch"}
ONE = {"set", "reset", "listed", "answers", "touch"}
ACTIONS = ("touch", "status", "withdraw", "return")
MOST_PUBLISHED = 1_000


class ItemControl:
    """`/_control/items`."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    def routes(self) -> list[Route]:
        """The paths."""
        return [
            Route("/_control/items", self._tell_all, methods=["GET"]),
            Route("/_control/items", self._act, methods=["POST"]),
            Route("/_control/items/{uid}", self._tell, methods=["GET"]),
            Route("/_control/items/{uid}", self._change, methods=["POST"]),
        ]

    async def _tell_all(self, request: Request) -> Response:
        return JSONResponse([described(entry) for entry in self._wanted.all()])

    async def _tell(self, request: Request) -> Response:
        entry = self._wanted.known(request.path_params["uid"])
        return JSONResponse(described(entry)) if entry else unknown("such item")

    async def _change(self, request: Request) -> Response:
        entry = self._wanted.known(request.path_params["uid"])
        if entry is None:
            return unknown("such item")
        try:
            options = await options_of(request, ONE)
            forced, reset = options.get("set", {}), options.get("reset", [])
            if not isinstance(forced, dict) or not isinstance(reset, list) or not {*forced, *reset} <= {*KEYS}:
                raise ControlError("set is an object and reset a list, both with keys of an item")
            shown = {name: flag(options, name) for name in ("listed", "answers")}
            touch = flag(options, "touch")
        except ControlError as error:
            return refused(error)
        self._force(entry, forced, reset, touch)
        entry.listed = entry.listed if shown["listed"] is None else shown["listed"]
        entry.answers = entry.answers if shown["answers"] is None else shown["answers"]
        return JSONResponse(described(entry))

    def _force(self, entry: Entry, forced: Mapping[str, Any], reset: list[str], touch: bool | None) -> None:
        # What changes an item changes its time, unless told otherwise or the time itself is set.
        if (forced or reset or touch) and touch is not False:
            self._wanted.touch([entry])
        for key in reset:
            entry.forced.pop(key, None)
        entry.forced |= forced

    async def _act(self, request: Request) -> Response:
        try:
            options = await options_of(request, MANY)
            action = options.get("do")
            if action == "publish":
                entries = self._publish(options)
            elif action in ACTIONS:
                entries = self._do(str(action), options)
            else:
                raise ControlError(f"do must be one of: publish, {', '.join(ACTIONS)}")
        except ControlError as error:
            return refused(error)
        return JSONResponse({"uids": [entry.uid for entry in entries]})

    def _publish(self, options: Mapping[str, Any]) -> list[Entry]:
        what, count = _what(options), _count(options)
        count = 1 if count is None else count
        if count > MOST_PUBLISHED:
            raise ControlError(f"at most {MOST_PUBLISHED} at once")
        return [self._wanted.publish(what) for _ in range(count)]

    def _do(self, action: str, options: Mapping[str, Any]) -> list[Entry]:
        status, touch = _status(action, options), flag(options, "touch")
        entries = self._chosen(action, options)
        if touch if touch is not None else action in ("touch", "status"):
            self._wanted.touch(entries)
        for entry in entries:
            if action == "status":
                entry.forced.pop("status", None)
                entry.said["status"] = status
            elif action in ("withdraw", "return"):
                entry.listed = entry.answers = action == "return"
        return entries

    def _chosen(self, action: str, options: Mapping[str, Any]) -> list[Entry]:
        uids, what = options.get("uids"), _what(options)
        if uids is not None:
            return self._named(uids)
        count, share, seed = _count(options), options.get("share"), options.get("seed", 0)
        possible = [
            entry for entry in self._wanted.all() if entry.listed is (action != "return") and what in (None, entry.what)
        ]
        if count is None and (not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share <= 1):
            raise ControlError("say which items: uids, or a count or a share from 0 to 1 of all that it can be done to")
        if not isinstance(seed, int) or isinstance(seed, bool):
            raise ControlError("seed must be a whole number")
        return chosen(possible, round((share or 0) * len(possible)) if count is None else count, seed)

    def _named(self, uids: object) -> list[Entry]:
        found = [self._wanted.known(str(uid)) for uid in uids] if isinstance(uids, list) else [None]
        entries = [entry for entry in found if entry]
        if len(entries) < len(found):
            raise ControlError("uids must be a list of those of items that were published")
        return entries


def _what(options: Mapping[str, Any]) -> What | None:
    what = options.get("what")
    if what is not None and what not in {*What}:
        raise ControlError(f"what must be one of: {', '.join(What)}")
    return None if what is None else What(what)


def _count(options: Mapping[str, Any]) -> int | None:
    count = options.get("count")
    if count is not None and not is_whole(count):
        raise ControlError("count must be a number of 0 or more")
    return count


def _status(action: str, options: Mapping[str, Any]) -> str | None:
    status = options.get("status")
    if action == "status" and status not in STATUSES:
        raise ControlError(f"status must be one of: {', '.join(STATUSES)}")
    return status
