"""What the owners of cases would do: publish, change, resolve, withdraw and restore them, and their photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from standins.namus.caseset import CaseSet
from standins.namus.clock import Clock
from standins.namus.control.photos import PhotoControl
from standins.namus.control.requests import ControlError, flag, options_of, refused, time_of, unknown
from standins.namus.life import ACTIONS, candidates, chosen
from standins.namus.places import PLACES, UNLISTED
from standins.namus.records import Case

ONE = {"modifiedDateTime", "withdrawn", "listed", "answers", "resolved"}
MANY = {"do", "numbers", "count", "share", "seed", "modifiedDateTime", "state"}
MOST_PUBLISHED = 10_000


class CaseControl:
    """`/_control/cases`, for one set of cases."""

    def __init__(self, cases: CaseSet, clock: Clock) -> None:
        self._cases = cases
        self._clock = clock

    def routes(self) -> list[Route]:
        """The paths."""
        return [
            Route("/_control/cases", self._act, methods=["POST"]),
            Route("/_control/cases/{number:int}", self._tell, methods=["GET"]),
            Route("/_control/cases/{number:int}", self._change, methods=["POST"]),
            *PhotoControl(self._cases, self._clock).routes(),
        ]

    async def _tell(self, request: Request) -> Response:
        case = self._cases.known(request.path_params["number"])
        return JSONResponse(self._described(case)) if case else unknown("such case")

    async def _change(self, request: Request) -> Response:
        number = request.path_params["number"]
        try:
            options = await options_of(request, ONE)
            withdrawn = flag(options, "withdrawn")
            shown = None if withdrawn is None else not withdrawn
            listed, answers, resolved = (flag(options, name) for name in ("listed", "answers", "resolved"))
            modified = time_of(options, self._clock)
        except ControlError as error:
            return refused(error)
        if self._cases.known(number) is None:
            return unknown(f"case {number}")
        if modified:
            self._cases.touch(number, modified)
        self._cases.show(number, shown if listed is None else listed, shown if answers is None else answers, resolved)
        return Response(status_code=204)

    async def _act(self, request: Request) -> Response:
        try:
            options = await options_of(request, MANY)
            action = options.get("do")
            if action == "publish":
                numbers = self._publish(options)
            elif action in ACTIONS:
                numbers = self._do(str(action), options)
            else:
                raise ControlError(f"do must be one of: publish, {', '.join(ACTIONS)}")
        except ControlError as error:
            return refused(error)
        return JSONResponse({"numbers": numbers})

    def _publish(self, options: Mapping[str, Any]) -> list[int]:
        modified, state = time_of(options, self._clock) or self._clock.now(), options.get("state")
        if state is not None and state not in {place.state for place in (*PLACES, UNLISTED)}:
            raise ControlError(f"state {state!r} is none that we know")
        wanted: Sequence[int | None] = _numbers(options) or [None] * (_count(options) or 1)
        if len(wanted) > MOST_PUBLISHED:
            raise ControlError(f"at most {MOST_PUBLISHED} at once")
        published = []
        for number in wanted:
            case = self._cases.publish(modified, number, state)
            if case is None:
                raise ControlError(f"{'no draft is left' if number is None else f'case {number} can not be published'}")
            published.append(case.number)
        return published

    def _do(self, action: str, options: Mapping[str, Any]) -> list[int]:
        modified = time_of(options, self._clock) or (self._clock.now() if action == "touch" else None)
        numbers = _numbers(options)
        if numbers is None:
            possible = candidates(self._cases, action)
            count = _count(options)
            numbers = chosen(
                possible, round(_share(options) * len(possible)) if count is None else count, _seed(options)
            )
        if any(self._cases.known(number) is None for number in numbers):
            raise ControlError("numbers must be those of cases that were published")
        for number in numbers:
            if modified:
                self._cases.touch(number, modified)
            ACTIONS[action](self._cases, number)
        return numbers

    def _described(self, case: Case) -> dict[str, object]:
        return {
            "number": case.number,
            "listed": self._cases.is_listed(case.number),
            "answers": self._cases.get(case.number) is not None,
            "resolved": self._cases.is_resolved(case.number),
            "modifiedDateTime": case.modified,
            "states": [state for state in (case.state, *case.also_in) if state],
            "photos": [
                {"identityId": image.identity_id, "category": image.category, "storageKey": image.picture.key}
                for image in self._cases.images(case)
            ],
        }


def _numbers(options: Mapping[str, Any]) -> list[int] | None:
    numbers = options.get("numbers")
    if numbers is None:
        return None
    if not isinstance(numbers, list) or not all(_is_count(number) for number in numbers):
        raise ControlError("numbers must be a list of case numbers")
    return numbers


def _count(options: Mapping[str, Any]) -> int | None:
    count = options.get("count")
    if count is not None and not _is_count(count):
        raise ControlError("count must be a number of 0 or more")
    return count


def _share(options: Mapping[str, Any]) -> float:
    share = options.get("share")
    if share is None:
        raise ControlError("say which cases: numbers, or a count or share of all that it can be done to")
    if not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share <= 1:
        raise ControlError("share must be from 0 to 1")
    return share


def _seed(options: Mapping[str, Any]) -> int:
    seed = options.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise ControlError("seed must be a whole number")
    return seed


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
