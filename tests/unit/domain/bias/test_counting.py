"""Counts and variances by histograms are those of double loops over every comparison."""

from __future__ import annotations

import numpy as np
import pytest

from homeward.domain.bias.measured import measured
from tests.unit.domain.bias.worlds import STEPS, World, dyadic, world

LEFT_OUT = ((0, 1), (2, 5))


@pytest.mark.parametrize("left_out", [(), LEFT_OUT], ids=["all", "pairs left out"])
@pytest.mark.parametrize("rate", ["fmr_same", "fmr_any"])
@pytest.mark.parametrize("seed", range(12))
def test_false_matches(seed: int, rate: str, left_out: tuple[tuple[int, int], ...]) -> None:
    made = world(seed)
    counted = measured(made.gallery(), made.comparisons(), STEPS, left_out=left_out).counted(made.members)[rate]
    for place, step in enumerate(STEPS):
        trials, errors, variance = dyadic(made, rate == "fmr_any", step, left_out)
        assert (counted.trials, counted.errors[place]) == (trials, errors)
        assert counted.variance[place] == pytest.approx(variance, abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_misses_are_clustered_by_person(seed: int) -> None:
    made = world(seed)
    counted = measured(made.gallery(), made.comparisons(), STEPS).counted(made.members)["fnmr"]
    for place, step in enumerate(STEPS):
        own = {
            person: [made.similarity[int(p), person] < step for p in np.flatnonzero(made.subject_of == person)]
            for person in range(len(made.photos))
            if made.members[person] and made.photos[person] > 1
        }
        trials, errors = sum(map(len, own.values())), sum(map(sum, own.values()))
        rate = errors / trials
        spread = sum((sum(missed) - rate * len(missed)) ** 2 for missed in own.values())
        assert (counted.trials, counted.errors[place], counted.clusters) == (trials, errors, len(own))
        assert counted.variance[place] == pytest.approx(spread * len(own) / max(len(own) - 1, 1) / trials**2)


@pytest.mark.parametrize("seed", range(6))
def test_searches_of_people_who_are_left_out(seed: int) -> None:
    made = world(seed)
    counted = measured(made.gallery(), made.comparisons(), STEPS).counted(made.members)["fpir"]
    probes = [int(probe) for probe in np.flatnonzero(made.members[made.subject_of])]
    best = [
        max(v for (p, s), v in made.similarity.items() if p == probe and s != made.subject_of[probe])
        for probe in probes
    ]
    assert counted.trials == len(probes)
    assert counted.errors.tolist() == [sum(value >= step for value in best) for step in STEPS]
    assert (counted.variance >= 0).all()


def test_one_enrolled_person_who_answers_every_search_widens_the_interval() -> None:
    """The same number of hits, by one person's face or by everybody's."""

    def variance(found: list[int]) -> float:
        made = World([1] * 12, np.ones(12, bool))
        made.similarity = {(probe, subject): 0.0 for probe in range(12) for subject in range(12)}
        for probe, subject in enumerate(found):
            made.similarity[probe, subject] = 99.0
        counted = measured(made.gallery(), made.comparisons(), STEPS).counted(made.members)["fpir"]
        assert counted.errors[0] == len(found)
        return float(counted.variance[0])

    assert variance([11] * 6) > 2 * variance([6, 7, 8, 9, 10, 11])


def test_thresholds_of_ones_own() -> None:
    """With thresholds of their own, errors are counted where each enrolled person's is reached."""
    made = world(3)
    own = np.array([60.0, 70.0, 80.0, 90.0, 65.0, 75.0, 85.0])
    margins = np.array([-5.0, 0.0])
    data = measured(made.gallery(), made.comparisons(), margins, own)
    expected = sum(value >= own[b] for _, b, values in made.pairs(any_probe=True, left_out=()) for value in values)
    assert data.counted(made.members)["fmr_any"].errors[-1] == expected


def test_a_similarity_that_is_the_threshold_reaches_it() -> None:
    made = World([1, 1], np.ones(2, bool), {(0, 1): 95.3, (1, 0): 95.2, (0, 0): 0.0, (1, 1): 0.0})
    counted = measured(made.gallery(), made.comparisons(), np.arange(900, 1001) / 10).counted(made.members)["fmr_same"]
    assert (counted.errors[53], counted.errors[52], counted.errors[54]) == (1, 2, 0)


def test_order_does_not_matter() -> None:
    made = world(5)
    one = measured(made.gallery(), made.comparisons(), STEPS).counted(made.members)
    made.similarity = dict(reversed(made.similarity.items()))
    other = measured(made.gallery(), made.comparisons(), STEPS).counted(made.members)
    for rate, counted in one.items():
        assert counted.errors.tolist() == other[rate].errors.tolist()
        assert counted.variance == pytest.approx(other[rate].variance)


@pytest.mark.parametrize("people", [1, 2])
def test_groups_that_are_too_small_to_compare(people: int) -> None:
    made = world(1)
    made.members[:] = False
    made.members[:people] = True
    counted = measured(made.gallery(), made.comparisons(), STEPS).counted(made.members)
    assert counted["fmr_same"].trials == (0 if people == 1 else made.photos[0] + made.photos[1])
    assert np.isfinite(counted["fmr_same"].variance).all()


@pytest.mark.parametrize("together", [1, 7])
def test_counting_part_by_part_gives_the_same(monkeypatch: pytest.MonkeyPatch, together: int) -> None:
    made = world(3)
    at_once = measured(made.gallery(), made.comparisons(), STEPS, left_out=LEFT_OUT).counted(made.members)
    for module in ("impostors", "measured"):
        monkeypatch.setattr(f"homeward.domain.bias.{module}._TOGETHER", together)
    monkeypatch.setattr("homeward.domain.bias.tally._PEOPLE", together)
    in_parts = measured(made.gallery(), made.comparisons(), STEPS, left_out=LEFT_OUT).counted(made.members)
    for name, counted in at_once.items():
        assert in_parts[name].errors.tolist() == counted.errors.tolist()
        assert in_parts[name].variance == pytest.approx(counted.variance)
