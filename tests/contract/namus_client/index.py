"""An index of cases that answers searches like the service does, and moves between them if a test wants it to."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from homeward.adapters.sources.answers import RequestRefusedError, ServerFailedError
from tests.contract.namus_client.scripted import Answer, Asked, ScriptedServer
from tests.factories import namus

SEARCH, STATES = f"{namus.ROOT}/MissingPersons/Search", f"{namus.ROOT}/States"
START = datetime(2024, 3, 1, 12, tzinfo=UTC)
FIELDS = {
    "namus2Number": "number",
    "createdDateTime": "created",
    "modifiedDateTime": "modified",
    "stateOfLastContact": "states",
    "gender": "gender",
    "computedMissingMinAge": "age",
    "dateOfLastContact": "number",
}


@dataclass(frozen=True)
class Listed:
    """A case as the index has it."""

    number: int
    states: tuple[str, ...] = ("Iowa",)
    gender: str | None = "Male"
    age: int | None = 30
    created: str = "2020-01-01T00:00:00"
    modified: str = "2023-01-01T00:00:00"


@dataclass
class Index:
    """`before(n)` is called ahead of the n-th search (from 0) and may change `cases`; `hidden` cases only count."""

    cases: dict[int, Listed] = field(default_factory=dict)
    states: tuple[str, ...] = ("Iowa", "Utah", "Guam")
    window: int = 10_000
    unknown: frozenset[str] = frozenset()  # names that are refused with 400
    unsortable: frozenset[str] = frozenset()  # names that the order refuses with 400
    breaks_on: frozenset[str] = frozenset()  # operators and orders that end in 500
    cap: int = 10_000  # results of one answer at most, whatever is asked for
    hidden: int = 0
    shuffled: int | None = None  # a seed: every answer in an order of its own, whatever order is asked for
    before: Callable[[int], None] = lambda _: None
    searches: list[dict[str, Any]] = field(default_factory=list)
    _ticks: itertools.count[int] = field(default_factory=itertools.count)

    @classmethod
    def of(cls, cases: Iterable[Listed], **options: Any) -> Index:
        return cls({case.number: case for case in cases}, **options)

    def stamp(self) -> str:
        """The time of a change: later than all before."""
        return (START + timedelta(milliseconds=next(self._ticks))).isoformat(timespec="milliseconds")[:23]

    def put(self, number: int, **changes: Any) -> None:
        """Publish or change a case, as its owners would: it gets a new time."""
        self.cases[number] = replace(self.cases.get(number, Listed(number)), modified=self.stamp(), **changes)

    def serve(self, server: ScriptedServer) -> None:
        """Answer over HTTP."""

        def search(asked: Asked) -> Answer:
            status, content = self.answer(asked.body)
            return Answer(content, status)

        server.answers[SEARCH] = search
        server.answers[STATES] = [Answer([{"name": name} for name in self.states])]

    def post(self, body: Mapping[str, Any]) -> bytes:
        """Answer without HTTP, as the client would see it."""
        status, content = self.answer(json.loads(json.dumps(body)))
        if status == 400:
            raise RequestRefusedError("400", json.dumps(content))
        if status == 500:
            raise ServerFailedError("500")
        return json.dumps(content).encode()

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and content for the body of a search."""
        self.before(len(self.searches))
        self.searches.append(body)
        where, orders = body["predicates"], [order["field"] for order in body["orderSpecifications"]]
        named = [*body["projections"], *(predicate["field"] for predicate in where)]
        bad = {name for name in named if name in self.unknown or name not in FIELDS}
        bad |= {name for name in orders if name in self.unknown | self.unsortable}
        if bad:
            return 400, {"errors": [f'Invalid field name "{name}"' for name in sorted(bad)]}
        if self.breaks_on & {*orders, *(predicate["operator"] for predicate in where)}:
            return 500, {"message": "An error has occurred."}
        if body["skip"] + body["take"] > self.window:
            return 400, {"message": "Result window is too large"}
        found = [case for case in self.cases.values() if all(_matches(case, predicate) for predicate in where)]
        for name in orders:
            found.sort(key=lambda case: getattr(case, FIELDS[name]), reverse=True)
        if self.shuffled is not None:
            random.Random(self.shuffled + len(self.searches)).shuffle(found)
        page = found[body["skip"] :][: min(body["take"], self.cap)]
        rows = [{name: getattr(case, FIELDS[name]) for name in body["projections"]} for case in page]
        return 200, {"count": len(found) + (0 if where else self.hidden), "results": rows}


def _matches(case: Listed, predicate: dict[str, Any]) -> bool:
    value = getattr(case, FIELDS[predicate["field"]])
    if predicate["operator"] == "IsIn":
        return not {*(value if isinstance(value, tuple) else [value])}.isdisjoint(predicate["values"])
    if value is None:
        return False
    below = predicate["operator"] == "LessThanOrEqualTo"
    return bool(value <= predicate["value"]) if below else bool(value >= predicate["value"])
