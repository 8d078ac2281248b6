"""Cutting the index into parts: nobody in two of them by mistake, and nobody lost between them."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.adapters.sources.namus_slices import FIELDS, GENDERS, MAX_AGE, Fields, Slice

MP = FIELDS["MP"]


def leaves(part: Slice, fields: Fields = MP) -> list[Slice]:
    parts = part.parts(fields)
    return [leaf for smaller in parts for leaf in leaves(smaller, fields)] if parts else [part]


def holds(part: Slice, age: int) -> bool:
    return (part.youngest is None or age >= part.youngest) and (part.oldest is None or age <= part.oldest)


def test_a_state_falls_into_its_genders() -> None:
    assert [part.gender for part in Slice("Iowa").parts(MP)] == list(GENDERS)
    assert {part.state for part in Slice("Iowa").parts(MP)} == {"Iowa"}


@pytest.mark.parametrize(
    "part", [Slice("Iowa", "Male"), Slice(gender="Male", oldest=40), Slice("Iowa", "Male", 31, 31)]
)
def test_every_age_is_in_exactly_one_part(part: Slice) -> None:
    for age in [*range(MAX_AGE + 3), 10**6]:
        assert sum(holds(leaf, age) for leaf in leaves(part)) == holds(part, age)


def test_the_cutting_ends() -> None:
    found = leaves(Slice())
    assert len(found) == len(GENDERS) * (MAX_AGE + 1)
    assert len(set(found)) == len(found)
    assert all(not leaf.parts(MP) for leaf in found)


def test_what_a_case_set_cannot_be_searched_by_does_not_cut_it() -> None:
    assert Slice("Iowa").parts(FIELDS["UC"]) == ()
    assert Slice("Iowa", "Male").parts(Fields("state", "gender")) == ()


def test_the_searches_are_the_services_own() -> None:
    iowa: dict[str, Any] = {"field": "stateOfLastContact", "operator": "IsIn", "values": ["Iowa"]}
    male = {"field": "gender", "operator": "IsIn", "values": ["Male"]}
    above = {"field": "computedMissingMinAge", "operator": "GreaterThanOrEqualTo", "value": 31}
    below = {"field": "computedMissingMinAge", "operator": "LessThanOrEqualTo", "value": 53}
    assert Slice().predicates(MP) == []
    assert Slice("Iowa").predicates(MP) == [iowa]
    assert Slice("Iowa", "Male", 31, 53).predicates(MP) == [iowa, male, above, below]
    assert Slice(oldest=53).predicates(MP) == [below]


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (Slice(), "all states"),
        (Slice("Iowa"), "Iowa"),
        (Slice("Iowa", "Male", oldest=30), "Iowa, Male, aged 0-30"),
        (Slice(gender="Male", youngest=31), "all states, Male, aged 31-"),
    ],
)
def test_parts_have_names_that_people_read(part: Slice, text: str) -> None:
    assert str(part) == text
