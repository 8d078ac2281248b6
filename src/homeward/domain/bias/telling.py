"""What a report tells of a group: curves, distributions, and rates at the thresholds in force. JSON-ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from homeward.domain.bias.duplicates import Suspect
from homeward.domain.bias.groups import Members
from homeward.domain.bias.impostors import Ints
from homeward.domain.bias.intervals import Clustered, Floats, bounds
from homeward.domain.bias.measured import RATES
from homeward.domain.bias.models import Gallery
from homeward.domain.bias.summaries import summary
from homeward.domain.bias.thresholds import Choice

TIERS = ("review", "alert")
COMPARED = ("fmr_same", "fnmr")
EVERY = 5  # steps of 0.1 between two points of a curve
Level = tuple[str, ...]
AtOwn = Mapping[Any, Mapping[str, Clustered]]  # by the group's values
Choices = Mapping[Any, Mapping[str, Choice]]


@dataclass(frozen=True, slots=True)
class Counted:
    """A group, and its rates along the steps."""

    members: Members
    along: Mapping[str, Clustered]


@dataclass(frozen=True, slots=True)
class Teller:
    """`photos` of each person; `at` holds the rates of each group at everybody's own thresholds, and `thresholds`
    those, by ("live" or "proposed") and tier."""

    photos: Ints
    steps: Floats
    at: Mapping[tuple[str, str], AtOwn]
    thresholds: Mapping[str, Mapping[str, Floats]]
    targets: Mapping[str, float]

    def level(self, level: Level, groups: Sequence[Counted]) -> dict[str, Any]:
        """All groups that differ in these attributes, and how far they are apart."""
        told = [self._group(group) for group in groups]
        compared = {
            which: {
                tier: {
                    rate: summary({one["label"]: one[which][tier][rate] for one in told})
                    for rate in ("fmr_same", "fnmr")
                }
                for tier in TIERS
            }
            for which in self.thresholds
        }
        return {"attributes": list(level), "groups": told, "summary": compared}

    def _group(self, group: Counted) -> dict[str, Any]:
        mask = group.members.mask
        told: dict[str, Any] = {
            "label": group.members.label,
            "attributes": dict(group.members.values),
            "people": group.members.people,
            "photos": int(self.photos[mask].sum()),
            "genuine": group.along["fnmr"].trials,
            "impostor": group.along["fmr_same"].trials,
            **{name: _curve(group.along[name]) for name in RATES},
            "histogram": _histogram(group, self.steps),
        }
        for which, by_tier in self.thresholds.items():
            told[which] = {
                tier: _at_own(self.at[which, tier][group.members.values], float(own[mask].max()), self.targets[tier])
                for tier, own in by_tier.items()
            }
        return told


def tell_choices(level: dict[str, Any], groups: Sequence[Counted], choices: Choices, doubled: Choices) -> None:
    """Put into a level's groups which thresholds were chosen, and which would be if no pair of cases were left out."""
    for group, words in zip(groups, level["groups"], strict=True):
        values = group.members.values
        words["choice"] = {tier: _choice(choices[values][tier], doubled[values][tier]) for tier in TIERS}


def _at_own(counted: Mapping[str, Clustered], threshold: float, target: float) -> dict[str, Any]:
    rates = {name: _rate(counted[name]) for name in RATES}
    proved = all(rates[name]["high"] <= target for name in ("fmr_same", "fmr_any"))
    return {"threshold": round(threshold, 1), "proved": proved, **rates}


def _rate(counted: Clustered) -> dict[str, Any]:
    """At the last step."""
    low, high = bounds(counted)
    rate = float(counted.rate[-1]) if counted.trials else None
    return {
        "errors": int(counted.errors[-1]),
        "trials": counted.trials,
        "rate": rate,
        "low": float(low[-1]),
        "high": float(high[-1]),
    }


def _curve(counted: Clustered) -> dict[str, Any]:
    low, high = bounds(counted)
    rows = {"errors": counted.errors, "rate": counted.rate, "low": low, "high": high}
    return {"trials": counted.trials, **{name: row[::EVERY].tolist() for name, row in rows.items()}}


def _histogram(group: Counted, steps: Floats) -> dict[str, Any]:
    """Comparisons within the group in bins one wide; the last one ends with 100."""
    matches, missed = group.along["fmr_same"], group.along["fnmr"]
    first = int(steps[0])
    edges = np.searchsorted(steps, np.maximum(np.arange(first, 100), steps[0]) - 1e-9)
    reached = np.r_[matches.errors[edges], 0]
    genuine = np.r_[missed.trials - missed.errors[edges], 0]
    return {
        "below": matches.trials - int(matches.errors[0]),
        "genuine": (genuine[:-1] - genuine[1:]).tolist(),
        "impostor": (reached[:-1] - reached[1:]).tolist(),
    }


def _choice(choice: Choice, doubled: Choice) -> dict[str, Any]:
    return {
        "threshold": choice.threshold,
        "reason": choice.basis.value,
        "people_needed": choice.people_needed,
        "with_duplicates": doubled.threshold,
    }


def tell_suspect(gallery: Gallery, suspect: Suspect) -> dict[str, Any]:
    """A pair that may be one person."""
    cases = [gallery.subjects[subject] for subject in suspect.pair]
    similarity = round(suspect.similarity, 2)
    return {"cases": cases, "similarity": similarity, "left_out": suspect.left_out, "why": suspect.why}


def problems(
    gallery: Gallery, counts: Mapping[Level, Sequence[Counted]], everybody: Mapping[str, Clustered]
) -> Iterator[str]:
    """What the data lack."""
    for name in ("sex", "ethnicity", "age_band"):
        known = np.zeros(len(gallery.subjects), dtype=bool)
        for group in counts.get((name,), ()):
            known |= group.members.mask
        if missing := int((~known).sum()):
            yield f"{missing:,} of {len(known):,} people have no recorded {name}: they are in no group of it"
    if not everybody["fnmr"].trials:
        yield "nobody has two usable photos: misses can't be measured"
    alone = [group.members.label for found in counts.values() for group in found if group.members.people == 1]
    if alone:
        names = "; ".join(alone[:5])
        yield f"{len(alone):,} groups have one person only ({names}): nothing can be compared within them"
