"""The smallest threshold at which a group's false match rate is proved to be under its target.

Proved means: the upper bounds of the 95 % intervals are under it, at that threshold and at every higher one, for
strangers of the same group and for strangers of any group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt

import numpy as np

from homeward.domain.bias.intervals import Clustered, Floats, bounds, design_effect, trials_needed


class Basis(StrEnum):
    """Why a threshold is what it is, or why there is none."""

    MEASURED = "MEASURED"
    FINER_GROUP = "FINER_GROUP"  # raised: a group within this one is measurably worse
    TOO_FEW = "TOO_FEW"  # the rate may be under the target, and too few people prove it
    ERRORS = "ERRORS"  # more of them than the target allows, even at 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A threshold (0-100), or None: then the strictest one of the policy counts, and a person decides.

    `people_needed` is how many more people of the group it would take if none of them brought an error.
    """

    threshold: float | None
    basis: Basis
    people_needed: int | None = None


def choose(steps: Floats, least: float, target: float, readings: Sequence[Clustered], people: int) -> Choice:
    """`steps` are the rising thresholds of the readings; nothing under `least` is chosen."""
    proved = np.all([bounds(reading)[1] <= target for reading in readings], axis=0)
    from_here_on = np.logical_and.accumulate(proved[::-1])[::-1] & (steps >= least - 1e-9)
    if from_here_on.any():
        return Choice(round(float(steps[np.argmax(from_here_on)]), 1), Basis.MEASURED)
    return _none(target, readings, people)


def _none(target: float, readings: Sequence[Clustered], people: int) -> Choice:
    if any(reading.trials and reading.rate[-1] > target for reading in readings):
        return Choice(None, Basis.ERRORS)
    needed = max(_needed(target, reading, people) for reading in readings)
    return Choice(None, Basis.TOO_FEW, max(1, needed - people))


def _needed(target: float, reading: Clustered, people: int) -> int:
    """Comparisons grow with the square of the people: each new one is compared with all others."""
    wanted = trials_needed(target, float(design_effect(reading)[-1]))
    have = max(reading.trials, 1)
    return ceil(max(people, 2) * sqrt(wanted / have)) if reading.trials else ceil(sqrt(wanted)) + 1


def raised(choice: Choice, steps: Floats, target: float, finer: Sequence[Clustered]) -> Choice:
    """Not under a threshold at which any group within this one is measurably over the target."""
    if choice.threshold is None or not finer:
        return choice
    worse = np.any([bounds(reading)[0] > target for reading in finer], axis=0)
    if not worse[steps >= choice.threshold - 1e-9].any():
        return choice
    after = int(np.flatnonzero(worse)[-1]) + 1
    if after >= len(steps):
        return Choice(None, Basis.ERRORS)
    return Choice(round(float(steps[after]), 1), Basis.FINER_GROUP)
