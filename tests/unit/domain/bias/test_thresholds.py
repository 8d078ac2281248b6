"""Which threshold is proved, and what it would take where none is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.bias.intervals import Clustered, bounds
from homeward.domain.bias.thresholds import Basis, Choice, choose, raised

STEPS = np.arange(900, 1001) / 10
TARGET = 1e-3


def reading(errors: list[int], trials: int = 100_000) -> Clustered:
    """Errors at the first steps; none above."""
    seen = np.zeros(len(STEPS), dtype=np.int64)
    seen[: len(errors)] = errors
    rate = seen / max(trials, 1)
    return Clustered(trials, 400, seen, rate * (1 - rate) / max(trials, 1))


def test_the_smallest_threshold_whose_upper_bound_is_under_the_target() -> None:
    found = reading([400, 200, 110, 90, 70, 10])
    choice = choose(STEPS, 90.0, TARGET, [found], 400)
    assert choice == Choice(90.4, Basis.MEASURED)
    high = bounds(found)[1]
    assert high[4] <= TARGET < high[3]


def test_it_must_hold_from_there_on() -> None:
    """Bounds may rise again: a dip below the target proves nothing."""
    dipped = reading([10] * 3 + [300] * 3 + [0])
    assert choose(STEPS, 90.0, TARGET, [dipped], 400).threshold == 90.6


def test_both_readings_must_hold() -> None:
    one, other = reading([300, 10]), reading([300, 300, 300, 10])
    assert choose(STEPS, 90.0, TARGET, [one], 400).threshold == 90.1
    assert choose(STEPS, 90.0, TARGET, [one, other], 400).threshold == 90.3


def test_nothing_below_the_floor_is_chosen() -> None:
    assert choose(STEPS, 95.0, TARGET, [reading([])], 400).threshold == 95.0


def test_too_few_people_are_told_how_many_more_it_takes() -> None:
    """100 people with one photo each are 9,900 comparisons; 1e-6 takes 3.7 million without an error."""
    choice = choose(STEPS, 90.0, 1e-6, [reading([], trials=9_900)], 100)
    assert (choice.threshold, choice.basis) == (None, Basis.TOO_FEW)
    assert choice.people_needed is not None
    people = 100 + choice.people_needed
    assert choose(STEPS, 90.0, 1e-6, [reading([], trials=people * (people - 1))], people).threshold == 90.0
    assert choose(STEPS, 90.0, 1e-6, [reading([], trials=int(0.95 * people * (people - 1)))], people).threshold is None


def test_a_group_of_one_has_nothing_to_compare() -> None:
    choice = choose(STEPS, 90.0, TARGET, [reading([], trials=0)], 1)
    assert (choice.threshold, choice.basis) == (None, Basis.TOO_FEW)
    assert choice.people_needed


def test_too_many_errors_even_at_the_top() -> None:
    assert choose(STEPS, 90.0, TARGET, [reading([5000] * len(STEPS))], 400) == Choice(None, Basis.ERRORS)


def test_a_finer_group_that_is_measurably_worse_raises_the_threshold() -> None:
    choice = Choice(90.2, Basis.MEASURED)
    worse = reading([3000] * 20 + [0])
    assert raised(choice, STEPS, TARGET, [worse]) == Choice(92.0, Basis.FINER_GROUP)
    assert raised(choice, STEPS, TARGET, []) == choice
    few = reading([1] * 20, trials=100)
    assert raised(choice, STEPS, TARGET, [few]) == choice, "one error among few shows nothing"
    assert raised(choice, STEPS, TARGET, [reading([3000] * len(STEPS))]) == Choice(None, Basis.ERRORS)


@given(st.lists(st.integers(0, 3000), max_size=60), st.integers(0, 59), st.integers(1, 500))
def test_more_errors_never_loosen_anything(drawn: list[int], place: int, more: int) -> None:
    errors = sorted(drawn, reverse=True)
    added = [number + (more if at <= place else 0) for at, number in enumerate(errors)]
    before, after = (choose(STEPS, 90.0, TARGET, [reading(one)], 400).threshold for one in (errors, added))
    assert after is None or (before is not None and after >= before)


@pytest.mark.parametrize("target", [1e-2, 1e-3, 1e-4])
def test_a_stricter_target_never_gives_a_looser_threshold(target: float) -> None:
    found = reading([2000, 900, 400, 100, 50, 20, 5, 1])
    loose, strict = (choose(STEPS, 90.0, one, [found], 400).threshold for one in (target, target / 2))
    assert loose is not None
    assert strict is None or strict >= loose
