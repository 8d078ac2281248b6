"""Two cases that may be one person: when they are left out, and when that would hide something."""

from __future__ import annotations

from typing import Any

import numpy as np

from homeward.domain.bias.duplicates import Suspect, suspects
from homeward.domain.bias.models import Comparisons, Gallery
from homeward.domain.groups import Group


def group(**changes: Any) -> Group:
    values: dict[str, Any] = {"sex": "Female", "ethnicities": ("Asian",), "age_band": "30-49", "maybe_minor": False}
    return Group(**{**values, **changes})


def found(
    *similar: tuple[int, int, float],
    people: int = 6,
    groups: dict[int, Group] | None = None,
    marked: frozenset[tuple[str, str]] = frozenset(),
) -> list[Suspect]:
    own = groups or {}
    gallery = Gallery(
        tuple(f"case-{n}" for n in range(people)),
        tuple(own.get(n, group()) for n in range(people)),
        np.arange(people, dtype=np.int32),
    )
    probe, subject, value = zip(*similar, strict=True)
    listed = Comparisons(50.0, np.array(probe, np.int32), np.array(subject, np.int32), np.array(value, np.float32))
    return suspects(gallery, listed, 99.5, marked)


def test_a_mutual_pair_with_records_that_agree_is_left_out() -> None:
    (one,) = found((0, 1, 99.8), (1, 0, 99.7), (0, 2, 99.4), (0, 0, 100.0))
    assert (one.pair, one.left_out) == ((0, 1), True)
    assert abs(one.similarity - 99.8) < 1e-3


def test_ages_and_unknown_attributes_may_differ() -> None:
    assert found((0, 1, 99.8), groups={1: group(sex=None, ethnicities=(), age_band="18-29")})[0].left_out
    assert found((0, 1, 99.8), groups={1: group(ethnicities=("Asian", "Other name"))})[0].left_out


def test_records_that_contradict_each_other_are_two_people() -> None:
    for other in (group(sex="Male"), group(ethnicities=("White / Caucasian",))):
        (one,) = found((0, 1, 99.8), groups={1: other})
        assert (one.left_out, one.why) == (False, "their records contradict each other")


def test_a_face_that_resembles_several_is_a_fault_of_the_model() -> None:
    assert [one.left_out for one in found((0, 1, 99.8), (0, 2, 99.6))] == [False, False]
    assert "several" in found((0, 1, 99.8), (2, 1, 99.6))[0].why


def test_marked_look_alikes_are_two_people() -> None:
    (one,) = found((0, 1, 99.8), marked=frozenset({("case-1", "case-0")}))
    assert (one.left_out, one.why) == (False, "people marked them as look-alikes")


def test_too_many_pairs_in_a_group_are_no_duplicates() -> None:
    """Two pairs among 150 people of a group are more than one in a hundred; among 250 they aren't."""
    pairs = ((0, 1, 99.8), (2, 3, 99.7))
    assert [one.left_out for one in found(*pairs, people=150)] == [False, False]
    assert "too many such pairs among" in found(*pairs, people=150)[0].why
    assert [one.left_out for one in found(*pairs, people=250)] == [True, True]


def test_one_pair_is_always_allowed() -> None:
    assert found((0, 1, 99.8), people=2)[0].left_out
