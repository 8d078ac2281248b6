"""From comparisons to error rates by recorded group, and to the thresholds that they prove.

`analyse` returns the statistics of a report, JSON-ready. Similarities are 0-100, rates 0-1, intervals 95 %, two-sided:

    {"confidence", "complete_from", "thresholds": [...],                            # those of the curves
     "targets": {"review", "alert"}, "group_by": [...], "strictest": {"review", "alert"},
     "counts": {"people", "photos", "genuine", "impostor"},
     "levels": [{"attributes": ["sex"], "groups": [GROUP],
                 "summary": {"live" | "proposed": {TIER: {"fmr_same" | "fnmr": SUMMARY}}}}],
     "duplicates": [{"cases": [a, b], "similarity", "left_out", "why"}],
     "problems": [text]}
    GROUP = {"label", "attributes": {"sex": "Female"}, "people", "photos", "genuine", "impostor",
     RATE_NAME: {"trials", "errors": [...], "rate": [...], "low": [...], "high": [...]},
     "histogram": {"below", "genuine": [...], "impostor": [...]},                   # one wide, from complete_from on
     "live" | "proposed": {TIER: {"threshold", "proved", RATE_NAME: RATE}},
     "choice": {TIER: {"threshold", "reason", "people_needed", "with_duplicates"}}}  # of the policy's level only
    RATE = {"errors", "trials", "rate", "low", "high"}; SUMMARY as `summaries.summary` returns it.

RATE_NAME is `fmr_same`: probe and enrolled case are both of the group; `fmr_any`: only the enrolled case; `fnmr`: a
photo against its person's others; `fpir`: a photo of the group's people among all others' cases, as if that person
weren't enrolled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np

from homeward.domain.bias.duplicates import suspects
from homeward.domain.bias.groups import levels
from homeward.domain.bias.intervals import CONFIDENCE, Clustered, Floats
from homeward.domain.bias.measured import Measured, measured
from homeward.domain.bias.models import Comparisons, Gallery
from homeward.domain.bias.telling import (
    EVERY,
    TIERS,
    AtOwn,
    Counted,
    Level,
    Teller,
    problems,
    tell_choices,
    tell_suspect,
)
from homeward.domain.bias.thresholds import Choice, choose, raised
from homeward.domain.policy import Policy

MARGINS = np.arange(-150, 1) / 10  # distances to a group's own threshold; lower ones tell the design effect


def analyse(
    gallery: Gallery, comparisons: Comparisons, policy: Policy, look_alikes: frozenset[tuple[str, str]]
) -> dict[str, Any]:
    """See above. `look_alikes` are pairs of subjects that people marked as easily confused."""
    steps = np.arange(ceil(round(10 * comparisons.complete_from, 3)), 1001) / 10
    doubted = suspects(gallery, comparisons, policy.fairness.duplicate_similarity, look_alikes)
    left_out = [suspect.pair for suspect in doubted if suspect.left_out]
    counts, everybody = _counts(gallery, comparisons, steps, left_out)
    own_level = counts.get(policy.fairness.group_by, [])
    choices = {group.members.values: _choices(group, counts, policy, steps) for group in own_level}
    doubled = _with_duplicates(gallery, comparisons, policy, steps, counts, choices) if left_out else choices
    live, proposed = _live(gallery, policy), _proposed(gallery, policy, own_level, choices)
    at = {
        (name, tier): _at_own(_own(gallery, comparisons, thresholds[tier], left_out), counts)
        for name, thresholds in (("live", live), ("proposed", proposed))
        for tier in TIERS
    }
    photos = np.bincount(gallery.subject_of, minlength=len(gallery.subjects))
    teller = Teller(photos, steps, at, {"live": live, "proposed": proposed}, policy.fairness.target_fmr)
    told = [teller.level(level, groups) for level, groups in counts.items()]
    for level in told:
        if tuple(level["attributes"]) == policy.fairness.group_by:
            tell_choices(level, own_level, choices, doubled)
    return {
        "confidence": CONFIDENCE,
        "complete_from": float(steps[0]),
        "thresholds": [float(step) for step in steps[::EVERY]],
        "targets": dict(policy.fairness.target_fmr),
        "group_by": list(policy.fairness.group_by),
        "strictest": {"review": policy.highest.review, "alert": policy.highest.alert},
        "counts": {
            "people": len(gallery.subjects),
            "photos": len(gallery.subject_of),
            "genuine": everybody["fnmr"].trials,
            "impostor": everybody["fmr_same"].trials,
        },
        "levels": told,
        "duplicates": [tell_suspect(gallery, suspect) for suspect in doubted],
        "problems": list(problems(gallery, counts, everybody)),
    }


def _counts(
    gallery: Gallery, comparisons: Comparisons, steps: Floats, left_out: Sequence[tuple[int, int]]
) -> tuple[dict[Level, list[Counted]], Mapping[str, Clustered]]:
    """Of every group, and of everybody."""
    data = measured(gallery, comparisons, steps, left_out=left_out)
    counts = {
        level: [Counted(members, data.counted(members.mask)) for members in found]
        for level, found in levels(gallery.groups).items()
    }
    return counts, data.counted(np.ones(len(gallery.subjects), dtype=bool))


# --------------------------------------------------------------------------------------------- thresholds


def _choices(
    group: Counted, counts: Mapping[Level, Sequence[Counted]], policy: Policy, steps: Floats
) -> dict[str, Choice]:
    finer = [
        one.along[name]
        for found in counts.values()
        for one in found
        if one.members.within(group.members)
        for name in ("fmr_same", "fmr_any")
    ]
    readings = [group.along["fmr_same"], group.along["fmr_any"]]
    return {
        tier: raised(
            choose(steps, policy.strictest.review, target, readings, group.members.people), steps, target, finer
        )
        for tier, target in policy.fairness.target_fmr.items()
    }


def _with_duplicates(
    gallery: Gallery,
    comparisons: Comparisons,
    policy: Policy,
    steps: Floats,
    counts: Mapping[Level, Sequence[Counted]],
    choices: Mapping[Any, Any],
) -> dict[Any, dict[str, Choice]]:
    """What the thresholds would be if no pair were left out."""
    data = measured(gallery, comparisons, steps)
    again = {
        level: [Counted(group.members, data.counted(group.members.mask)) for group in found]
        for level, found in counts.items()
        if set(policy.fairness.group_by) <= set(level)
    }
    own = again.get(policy.fairness.group_by, [])
    return {
        group.members.values: _choices(group, again, policy, steps) for group in own if group.members.values in choices
    }


def _live(gallery: Gallery, policy: Policy) -> dict[str, Floats]:
    """The thresholds of each enrolled person under the live policy."""
    tiers = [policy.tier_for(group)[0] for group in gallery.groups]
    return {"review": np.array([tier.review for tier in tiers]), "alert": np.array([tier.alert for tier in tiers])}


def _proposed(
    gallery: Gallery, policy: Policy, groups: Sequence[Counted], choices: Mapping[Any, Mapping[str, Choice]]
) -> dict[str, Floats]:
    """The same under what is chosen: a group needs both, and whoever is in no such group has the highest of all."""
    proved = {
        values: {tier: float(choice.threshold) for tier, choice in both.items() if choice.threshold is not None}
        for values, both in choices.items()
    }
    proved = {values: both for values, both in proved.items() if len(both) == len(TIERS)}
    thresholds = {}
    for tier in TIERS:
        highest = max([getattr(policy.strictest, tier), *(both[tier] for both in proved.values())])
        own = np.zeros(len(gallery.subjects))
        unproved = np.ones(len(gallery.subjects), dtype=bool)
        for group in groups:
            mask = group.members.mask
            value = proved.get(group.members.values, {}).get(tier, highest)
            own[mask] = np.maximum(own[mask], value)
            unproved[mask] = False
        own[unproved] = highest
        thresholds[tier] = own
    return thresholds


def _at_own(data: Measured, counts: Mapping[Level, Sequence[Counted]]) -> AtOwn:
    return {group.members.values: data.counted(group.members.mask) for found in counts.values() for group in found}


def _own(
    gallery: Gallery, comparisons: Comparisons, thresholds: Floats, left_out: Sequence[tuple[int, int]]
) -> Measured:
    """Counted at everybody's own thresholds: the last step is the threshold itself."""
    lowest = comparisons.complete_from - float(thresholds.min(initial=100.0))
    margins = MARGINS[min(lowest, 0.0) <= MARGINS]
    return measured(gallery, comparisons, margins, thresholds, left_out)
