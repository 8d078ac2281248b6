"""Searches of pictures of people who are known not to be enrolled: how often does one reach a threshold?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeward.domain.bias.counting import searches
from homeward.domain.bias.intervals import bounds
from homeward.domain.groups import Group

Test = Callable[[Group], bool]


@dataclass(frozen=True, slots=True)
class Strangers:
    """Q pictures: `person` (index into `groups`), the `best` similarity found (0 for none) and whose case it was."""

    groups: tuple[Group, ...]
    person: NDArray[np.int32]
    best: NDArray[np.float32]
    found: NDArray[np.int32]
    faceless: int = 0


def false_leads(strangers: Strangers, thresholds: Mapping[str, float]) -> dict[str, Any]:
    """FPIR of everybody and of each recorded group at the thresholds (`{"review": 90, ...}`), with intervals."""
    tests = _tests(strangers.groups)
    parts = [(name, np.array([test(group) for group in strangers.groups], bool)) for name, test in tests]
    return {
        "people": len(strangers.groups),
        "pictures": len(strangers.person),
        "faceless": strangers.faceless,
        "thresholds": dict(thresholds),
        "groups": [{"label": name, **_rates(strangers, members, thresholds)} for name, members in parts],
    }


def _tests(groups: Sequence[Group]) -> list[tuple[str, Test]]:
    """Everybody, and each value of each attribute that occurs."""

    def of_sex(value: str) -> Test:
        return lambda group: group.sex == value

    def of_ethnicity(value: str) -> Test:
        return lambda group: value in group.ethnicities

    def of_age(value: str) -> Test:
        return lambda group: group.age_band == value

    return [
        ("everybody", lambda group: True),
        *((value, of_sex(value)) for value in sorted({g.sex for g in groups if g.sex})),
        *((value, of_ethnicity(value)) for value in sorted({name for g in groups for name in g.ethnicities})),
        *((value, of_age(value)) for value in sorted({g.age_band for g in groups if g.age_band})),
    ]


def _rates(strangers: Strangers, members: NDArray[np.bool_], thresholds: Mapping[str, float]) -> dict[str, Any]:
    steps = np.array(sorted(thresholds.values()), np.float32)
    chosen = members[strangers.person] if len(strangers.person) else np.zeros(0, bool)
    bins = (np.searchsorted(steps, strangers.best[chosen], side="right") - 1).astype(np.int16)
    counted = searches(len(steps), bins, strangers.person[chosen], strangers.found[chosen])
    low, high = bounds(counted)
    at = {tier: int(np.searchsorted(steps, np.float32(value))) for tier, value in thresholds.items()}
    return {
        tier: {
            "errors": int(counted.errors[n]),
            "trials": counted.trials,
            "rate": float(counted.rate[n]) if counted.trials else None,
            "low": float(low[n]),
            "high": float(high[n]),
        }
        for tier, n in at.items()
    }
