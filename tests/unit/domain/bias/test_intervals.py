"""Intervals: the public ones where trials are independent, wider where they aren't."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmarks import coverage
from homeward.domain.bias.intervals import ENOUGH, Clustered, bounds, design_effect, exact, trials_needed, wilson


def counted(errors: list[int], trials: int = 1000, effect: float = 1.0, clusters: int = 500) -> Clustered:
    """With this design effect at every threshold."""
    seen = np.array(errors)
    rate = seen / trials if trials else seen * 0.0
    return Clustered(trials, clusters, seen, effect * rate * (1 - rate) / max(trials, 1))


@pytest.mark.parametrize(("errors", "trials"), [(0, 10), (3, 1000), (10, 10), (500, 1000), (1, 24_620)])
def test_the_exact_interval_is_clopper_and_pearsons(errors: int, trials: int) -> None:
    public = stats.binomtest(errors, trials).proportion_ci(method="exact")
    low, high = exact(np.array([errors]), np.array([float(trials)]))
    assert (low[0], high[0]) == pytest.approx((public.low, public.high))


@pytest.mark.parametrize(("errors", "trials"), [(20, 1000), (500, 1000), (12, 24_620)])
def test_with_many_people_wilsons_interval_is_the_public_one(errors: int, trials: int) -> None:
    public = stats.binomtest(errors, trials).proportion_ci(method="wilson")
    low, high = wilson(np.array([errors / trials]), np.array([float(trials)]), 10**7)
    assert (low[0], high[0]) == pytest.approx((public.low, public.high), rel=1e-4)


def test_no_error_in_n_trials_is_about_three_and_a_half_over_n() -> None:
    """Two-sided; the one-sided rule of three is 3/n."""
    low, high = bounds(counted([0], 10_000))
    assert low[0] == 0
    assert high[0] == pytest.approx(3.69 / 10_000, rel=0.01)


def test_no_trial_shows_nothing() -> None:
    low, high = bounds(counted([0, 0], 0))
    assert (low.tolist(), high.tolist()) == ([0, 0], [1, 1])


def test_few_errors_borrow_the_design_effect_of_more() -> None:
    seen = counted([40, 20, 1, 0], effect=1.0)
    variance = seen.variance.copy()
    variance[:2] *= 5
    effect = design_effect(Clustered(seen.trials, seen.clusters, seen.errors, variance))
    assert effect.tolist() == pytest.approx([5, 5, 5, 5])
    plain, wide = bounds(seen)[1], bounds(Clustered(seen.trials, seen.clusters, seen.errors, variance))[1]
    assert (wide > plain).all()


def test_misses_rise_with_the_threshold_and_borrow_too() -> None:
    seen = counted([0, 1, 20, 40])
    variance = seen.variance.copy()
    variance[2:] *= 5
    assert design_effect(Clustered(seen.trials, seen.clusters, seen.errors, variance)).tolist() == pytest.approx(
        [5] * 4
    )


@given(st.lists(st.integers(0, 200), min_size=1, max_size=20), st.floats(0.1, 50), st.integers(2, 10_000))
def test_the_rate_is_inside_and_bounds_are_rates(errors: list[int], effect: float, clusters: int) -> None:
    seen = counted(sorted(errors, reverse=True), 1000, effect, clusters)
    low, high = bounds(seen)
    assert ((low >= 0) & (high <= 1) & (low <= seen.rate + 1e-12) & (seen.rate <= high + 1e-12)).all()


@given(st.integers(0, 60), st.floats(1, 20), st.floats(1, 20))
def test_more_dependence_never_narrows(errors: int, one: float, other: float) -> None:
    less, more = sorted((one, other))
    lower, upper = (bounds(counted([60, errors], 1000, effect)) for effect in (less, more))
    assert upper[1][1] >= lower[1][1] - 1e-12
    assert upper[0][1] <= lower[0][1] + 1e-12


@given(st.integers(0, 300))
def test_another_error_never_lowers_the_upper_bound(errors: int) -> None:
    one, more = (bounds(counted([500, number], 2000, 2.0))[1][1] for number in (errors, errors + 1))
    # Where the exact bound gives way to the wider of the two, nothing may jump down either.
    assert more >= one - (1e-3 if errors + 1 == ENOUGH else 1e-12)


@pytest.mark.parametrize("effect", [1.0, 3.0])
@pytest.mark.parametrize("target", [1e-2, 1e-4, 1e-6])
def test_so_many_trials_without_an_error_prove_the_target(target: float, effect: float) -> None:
    needed = trials_needed(target, effect)
    for share, proved in ((1.01, True), (0.99, False)):
        _, high = exact(np.array([0]), np.array([share * needed / effect]))
        assert bool(high[0] <= target) is proved


@pytest.mark.parametrize("world", [coverage.World(50, 3, 0.15, 0.4), coverage.World(100, 1, 0.05, 0.5)], ids=str)
def test_intervals_hold_the_truth_as_often_as_they_say(world: coverage.World) -> None:
    """Few rounds: `python -m benchmarks.coverage` does a thousand. 95 % of 150, less three standard deviations."""
    covered = coverage.cover(world, 150)
    assert covered["ours"] >= 89
    assert covered["ours, upper bound"] >= 89
    assert covered["exact, as if independent"] < covered["ours"] or world.photos == 1
