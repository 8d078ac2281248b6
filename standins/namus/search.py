"""Search: predicates, order, window and projections, with the quirks that clients must live with.

Nobody has shown that the site can compare dates, so here it can't either: such a predicate is an unknown operation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from standins.namus.codes import code
from standins.namus.places import place_in
from standins.namus.records import Case, draw

WINDOW = 10_000  # skip + take may not go beyond
DEFAULT_TAKE = 25
Value = object
Getter = Callable[[Case], Value]


class BadRequestError(Exception):
    """The request is refused with 400; `reasons` go into the body."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)


class UnknownOperatorError(Exception):
    """An operator that the server does not know: it answers 500."""


def race(case: Case) -> Value:
    """One name as a string or as a list, as the real rows mix them; several always as a list."""
    if len(case.ethnicities) == 1 and draw(2, case.number, "race"):
        return case.ethnicities[0]
    return list(case.ethnicities)


def _county(case: Case) -> str | None:
    place = place_in(case.city, case.state)
    return place.county if place else None


def _nothing(case: Case) -> None:
    return None


MISSING_FIELDS: Mapping[str, Getter] = {
    "idFormatted": lambda case: f"MP{case.number}",
    "namus2Number": lambda case: case.number,
    "caseNumber": _nothing,
    "firstName": lambda case: case.first_name,
    "middleName": _nothing,
    "lastName": lambda case: case.last_name,
    "dateOfLastContact": lambda case: f"{case.last_contact}T00:00:00" if case.last_contact else None,
    "gender": lambda case: case.sex,
    "raceEthnicity": race,
    "ethnicities": lambda case: ", ".join(case.ethnicities),
    "hairColor": _nothing,
    "leftEyeColor": _nothing,
    "rightEyeColor": _nothing,
    "heightFrom": _nothing,
    "heightTo": _nothing,
    "weightFrom": _nothing,
    "weightTo": _nothing,
    "cityOfLastContact": lambda case: case.city,
    "countyOfLastContact": lambda case: f"{county} County" if (county := _county(case)) else None,
    "countyDisplayNameOfLastContact": _county,
    "stateOfLastContact": lambda case: case.state,
    "stateDisplayNameOfLastContact": lambda case: code("state", case.state).shown,
    "computedMissingMinAge": lambda case: case.missing_age,
    "computedMissingMaxAge": lambda case: case.missing_age,
    "currentAgeFrom": lambda case: case.age,
    "currentAgeTo": lambda case: case.age,
    "circumstancesOfDisappearance": lambda case: "SYNTHETIC RECORD. Not a real person.",
    "createdDateTime": lambda case: case.created,
    "modifiedDateTime": lambda case: case.modified,
}
NUMERIC = {"namus2Number", "computedMissingMinAge", "computedMissingMaxAge", "currentAgeFrom", "currentAgeTo"}


@dataclass(frozen=True)
class Query:
    """A checked search request."""

    matches: list[Callable[[Case], bool]]
    order: list[tuple[Getter, bool]]  # what to sort by, and whether descending; the first counts most
    skip: int
    take: int
    projections: list[str]
    with_ages: bool


def parse(body: object) -> Query:
    """Read a request's body. Raises BadRequestError or UnknownOperatorError."""
    if not isinstance(body, dict):
        raise BadRequestError("The body must be a JSON object")
    projections = _strings(body, "projections")
    orders = _objects(body, "orderSpecifications")
    unknown = [name for name in [*projections, *(str(o.get("field")) for o in orders)] if name not in MISSING_FIELDS]
    if unknown:
        raise BadRequestError(*(f'Invalid field name "{name}"' for name in dict.fromkeys(unknown)))
    skip, take = _count(body, "skip", 0), _count(body, "take", DEFAULT_TAKE)
    if skip + take > WINDOW:
        raise BadRequestError(f"skip + take must not exceed {WINDOW}")
    return Query(
        matches=[_predicate(predicate) for predicate in _objects(body, "predicates")],
        order=[(MISSING_FIELDS[str(o["field"])], o.get("direction") == "Descending") for o in orders],
        skip=skip,
        take=take,
        projections=projections,
        with_ages="birthDate" in _strings(body, "documentFragments"),
    )


def answer(query: Query, cases: list[Case]) -> dict[str, object]:
    """The body of the answer. Without projections the count is right and the results are empty."""
    found = [case for case in cases if all(matches(case) for matches in query.matches)]
    for getter, descending in reversed(query.order):
        # Absent values come last, either way.
        found.sort(key=lambda case: _sortable(getter(case)), reverse=descending)
        found.sort(key=lambda case: getter(case) is None)
    page = found[query.skip : query.skip + query.take] if query.projections else []
    return {"count": len(found), "results": [_row(case, query) for case in page]}


def _row(case: Case, query: Query) -> dict[str, object]:
    row = {name: MISSING_FIELDS[name](case) for name in query.projections}
    if query.with_ages:
        row |= {"currentAgeFrom": case.age, "currentAgeTo": case.age, "missingAgeRangeValue": case.missing_age}
    row["link"] = f"/MissingPersons/Case#/{case.number}"
    row["image"] = f"/api/CaseSets/NamUs/MissingPersons/Cases/{case.number}/Images/Default/Thumbnail"
    return row


def _sortable(value: Value) -> tuple[float, str]:
    return (value, "") if isinstance(value, int) else (0, str(value))


def _predicate(body: dict[str, Any]) -> Callable[[Case], bool]:
    field, operator = body.get("field"), body.get("operator")
    if field not in MISSING_FIELDS:
        raise BadRequestError(f'Invalid field name "{field}"')
    getter = MISSING_FIELDS[str(field)]
    if operator == "IsIn" and isinstance(body.get("values"), list):
        wanted = {str(value) for value in body["values"]}
        return lambda case: not wanted.isdisjoint(_all(getter(case)))
    if operator == "Matches" and isinstance(body.get("predicates"), list):
        inner = [_predicate(predicate) for predicate in _objects(body, "predicates")]
        return lambda case: all(matches(case) for matches in inner)
    value = body.get("value")
    if field in NUMERIC and isinstance(value, int | float):
        if operator == "LessThanOrEqualTo":
            return lambda case: isinstance(found := getter(case), int) and found <= value
        if operator == "GreaterThanOrEqualTo":
            return lambda case: isinstance(found := getter(case), int) and found >= value
    raise UnknownOperatorError


def _all(value: Value) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


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
