"""What a search can ask about a case, by the site's names: absent values are None, dates end in T00:00:00."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from standins.namus.codes import state_code
from standins.namus.places import place_in
from standins.namus.records import Case, draw

Value = object
Getter = Callable[[Case], Value]


@dataclass(frozen=True)
class Fields:
    """The fields of a case set. `matched` has those that a predicate sees otherwise than a row shows them."""

    shown: Mapping[str, Getter]
    numeric: frozenset[str]
    matched: Mapping[str, Getter] = field(default_factory=dict)


def race(case: Case) -> Value:
    """One name as a string or as a list, as the real rows mix them; several always as a list."""
    if len(case.ethnicities) == 1 and draw(2, case.number, "race"):
        return case.ethnicities[0]
    return list(case.ethnicities)


def _county(case: Case) -> str | None:
    place = place_in(case.city, case.state)
    return place.county if place else None


def _long_county(case: Case) -> str | None:
    county = _county(case)
    return f"{county} County" if county else None


def _day(case: Case) -> str | None:
    return f"{case.last_contact}T00:00:00" if case.last_contact else None


def _state_shown(case: Case) -> str | None:
    return state_code(case.state).shown if case.state else None


def _states(case: Case) -> list[str]:
    return [state for state in (case.state, *case.also_in) if state]


def _nothing(case: Case) -> None:
    return None


_COMMON: Mapping[str, Getter] = {
    "idFormatted": lambda case: case.id_formatted,
    "namus2Number": lambda case: case.number,
    "caseNumber": _nothing,
    "raceEthnicity": race,
    "hairColor": _nothing,
    "leftEyeColor": _nothing,
    "rightEyeColor": _nothing,
    "heightFrom": _nothing,
    "heightTo": _nothing,
    "weightFrom": _nothing,
    "weightTo": _nothing,
    "createdDateTime": lambda case: case.created,
    "modifiedDateTime": lambda case: case.modified,
}
MISSING_FIELDS = Fields(
    shown={
        **_COMMON,
        "firstName": lambda case: case.first_name,
        "middleName": _nothing,
        "lastName": lambda case: case.last_name,
        "dateOfLastContact": _day,
        "gender": lambda case: case.sex,
        "ethnicities": lambda case: ", ".join(case.ethnicities),
        "cityOfLastContact": lambda case: case.city,
        "countyOfLastContact": _long_county,
        "countyDisplayNameOfLastContact": _county,
        "stateOfLastContact": lambda case: case.state,
        "stateDisplayNameOfLastContact": _state_shown,
        "computedMissingMinAge": lambda case: case.missing_age,
        "computedMissingMaxAge": lambda case: case.missing_age,
        "currentAgeFrom": lambda case: case.age,
        "currentAgeTo": lambda case: case.age,
        "circumstancesOfDisappearance": lambda case: "SYNTHETIC RECORD. Not a real person.",
    },
    numeric=frozenset(
        {"namus2Number", "computedMissingMinAge", "computedMissingMaxAge", "currentAgeFrom", "currentAgeTo"}
    ),
    matched={"stateOfLastContact": _states},
)
UNIDENTIFIED_FIELDS = Fields(
    shown={
        **_COMMON,
        "dateFound": _day,
        "sex": lambda case: case.sex,
        "ethnicities": lambda case: [{"name": name} for name in case.ethnicities],
        "estimatedAgeFrom": lambda case: case.age,
        "estimatedAgeTo": lambda case: case.age + 10 if case.age is not None else None,
        "conditionOfRemains": _nothing,
        "cityOfRecovery": lambda case: case.city,
        "countyOfRecovery": _long_county,
        "countyDisplayNameOfRecovery": _county,
        "stateOfRecovery": lambda case: case.state,
        "stateDisplayNameOfRecovery": _state_shown,
        "circumstancesOfRecovery": lambda case: "SYNTHETIC RECORD. Not a real person.",
    },
    numeric=frozenset({"namus2Number", "estimatedAgeFrom", "estimatedAgeTo"}),
    matched={"stateOfRecovery": _states},
)
UNCLAIMED_FIELDS = Fields(
    shown={
        "idFormatted": lambda case: case.id_formatted,
        "namus2Number": lambda case: case.number,
        "modifiedDateTime": lambda case: case.modified,
        "stateFound": lambda case: case.state,
    },
    numeric=frozenset({"namus2Number"}),
)
