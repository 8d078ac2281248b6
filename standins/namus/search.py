"""Search: reading a request, and the window and projections that clients must live with.

Nobody has shown that the site can compare dates, so here it can't either: such a predicate is an unknown operation.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from standins.namus.fields import Fields, Getter, Value
from standins.namus.records import Case

WINDOW = 10_000  # skip + take may not go beyond
DEFAULT_TAKE = 25
# With about 20 fields, more than 2,000 results begin to take long; how long is not known.
EASY_VALUES, VALUES_PER_SECOND = 40_000, 4_000


class BadRequestError(Exception):
    """The request is refused with 400; `reasons` go into the body."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)


class UnknownOperatorError(Exception):
    """An operator that the server does not know: it answers 500."""


@dataclass(frozen=True)
class Query:
    """A checked search request. `key` is the same for requests that find the same cases in the same order."""

    key: str
    listed: list[tuple[str, frozenset[str]]]  # fields and the values that they may have
    matches: list[Callable[[Case], bool]]
    order: list[tuple[Getter, bool]]  # what to sort by, and whether descending; the first counts most
    skip: int
    take: int
    projections: list[str]
    with_ages: bool

    def seconds(self, count: int) -> float:
        """How long the site takes over an answer about so many cases; 0 for all but the heaviest."""
        values = min(self.take, max(count - self.skip, 0)) * len(self.projections)
        return max(values - EASY_VALUES, 0) / VALUES_PER_SECOND


@dataclass
class _Predicates:
    fields: Fields
    listed: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    matches: list[Callable[[Case], bool]] = field(default_factory=list)

    def add(self, body: dict[str, Any]) -> None:
        """Raises BadRequestError or UnknownOperatorError."""
        name, operator, value = body.get("field"), body.get("operator"), body.get("value")
        if name not in self.fields.shown:
            raise BadRequestError(f'Invalid field name "{name}"')
        name = str(name)
        if operator == "IsIn" and isinstance(body.get("values"), list):
            self.listed.append((name, frozenset(str(value) for value in body["values"])))
        elif operator == "Matches" and isinstance(body.get("predicates"), list):
            for predicate in _objects(body, "predicates"):
                self.add(predicate)
        elif name in self.fields.numeric and isinstance(value, int | float) and operator in _COMPARED:
            self.matches.append(_COMPARED[operator](self.fields.shown[name], value))
        else:
            raise UnknownOperatorError


def _at_most(getter: Getter, limit: float) -> Callable[[Case], bool]:
    return lambda case: isinstance(value := getter(case), int) and value <= limit


def _at_least(getter: Getter, limit: float) -> Callable[[Case], bool]:
    return lambda case: isinstance(value := getter(case), int) and value >= limit


_COMPARED = {"LessThanOrEqualTo": _at_most, "GreaterThanOrEqualTo": _at_least}


def parse(body: object, fields: Fields) -> Query:
    """Read a request's body. Raises BadRequestError or UnknownOperatorError."""
    if not isinstance(body, dict):
        raise BadRequestError("The body must be a JSON object")
    projections = _strings(body, "projections")
    orders = _objects(body, "orderSpecifications")
    unknown = [name for name in [*projections, *(str(o.get("field")) for o in orders)] if name not in fields.shown]
    if unknown:
        raise BadRequestError(*(f'Invalid field name "{name}"' for name in dict.fromkeys(unknown)))
    skip, take = _count(body, "skip", 0), _count(body, "take", DEFAULT_TAKE)
    if skip + take > WINDOW:
        raise BadRequestError(f"skip + take must not exceed {WINDOW}")
    predicates = _Predicates(fields)
    for predicate in _objects(body, "predicates"):
        predicates.add(predicate)
    return Query(
        key=json.dumps([body.get("predicates"), orders]),
        listed=predicates.listed,
        matches=predicates.matches,
        order=[(fields.shown[str(o["field"])], o.get("direction") == "Descending") for o in orders],
        skip=skip,
        take=take,
        projections=projections,
        with_ages="birthDate" in _strings(body, "documentFragments"),
    )


def answer(query: Query, found: list[Case], fields: Fields) -> dict[str, object]:
    """The body of the answer. Without projections the count is right and the results are empty."""
    page = found[query.skip : query.skip + query.take] if query.projections else []
    return {"count": len(found), "results": [_row(case, query, fields) for case in page]}


def _row(case: Case, query: Query, fields: Fields) -> dict[str, Value]:
    row = {name: fields.shown[name](case) for name in query.projections}
    if query.with_ages:
        row |= {"currentAgeFrom": case.age, "currentAgeTo": case.age, "missingAgeRangeValue": case.missing_age}
    row["link"] = f"/{case.case_set}/Case#/{case.number}"
    row["image"] = f"{case.home}/Images/Default/Thumbnail"
    return row


def _strings(body: dict[str, Any], key: str) -> list[str]:
    value = [] if body.get(key) is None else body[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadRequestError(f"{key} must be a list of strings")
    return value


def _objects(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = [] if body.get(key) is None else body[key]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadRequestError(f"{key} must be a list of objects")
    return value


def _count(body: dict[str, Any], key: str, default: int) -> int:
    value = body.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadRequestError(f"{key} must be a number of 0 or more")
    return value
