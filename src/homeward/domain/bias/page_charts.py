"""Which charts the bias report has, and what they draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

from homeward.domain.bias.charts import Curve, Mark, Scores, det_curves, distributions, intervals, rate_curves
from homeward.domain.bias.markup import Markup
from homeward.domain.bias.page_words import TIERS, label, level_name

Json = Mapping[str, Any]
MOST_CURVES = 12  # in one chart: more can't be told apart
FLOOR = 1e-7  # the lowest rate that is drawn


def match_chart(level: Json, statistics: Json) -> Markup:
    """False match rates by threshold, a curve with its band for each group of a level."""
    limits = [(f"target for {TIERS[tier]}", limit) for tier, limit in statistics["targets"].items()]
    about = f"False match rate within the same group by threshold; groups by {level_name(level).lower()}"
    curves = [_curve(group, statistics["thresholds"]) for group in _drawn(level, "fmr_same")]
    return Markup(rate_curves(curves, about, limits, FLOOR) if curves else "")


def det_chart(level: Json) -> Markup:
    """Misses against false matches, a curve for each group of a level."""
    about = f"Misses against false matches at every threshold; groups by {level_name(level).lower()}"
    groups = [group for group in _drawn(level, "fmr_same") if group["fnmr"] and group["fnmr"]["trials"]]
    curves = [Curve(label(group), _seen(group["fmr_same"]), group["fnmr"]["rate"]) for group in groups]
    return Markup(det_curves(curves, about, FLOOR) if curves else "")


def interval_chart(level: Json, tier: str, target: float) -> Markup:
    """False match rates of all groups of a level at the live threshold, with intervals and the target."""
    about = f"False match rate at the live threshold for {TIERS[tier]}; groups by {level_name(level).lower()}"
    rates = [(label(group), group["live"][tier]["fmr_same"]) for group in level["groups"]]
    marks = [
        Mark(label, rate["rate"] if rate["errors"] else None, rate["low"], rate["high"], target)
        for label, rate in rates
        if rate and rate["trials"]
    ]
    return Markup(intervals(marks, about, "false match rate, same group", FLOOR)) if marks else Markup("")


def score_chart(level: Json, statistics: Json) -> Markup:
    """How similar photos of one person are, and of strangers, by group."""
    about = f"Similarities of the same person's photos and of strangers'; groups by {level_name(level).lower()}"
    first = int(statistics["complete_from"])
    groups = [
        Scores(
            label(group),
            [first + n for n in range(len(group["histogram"]["impostor"]))],
            group["histogram"]["genuine"],
            group["histogram"]["impostor"],
            [(tier, group["live"][tier]["threshold"]) for tier in TIERS],
        )
        for group in level["groups"]
        if group["histogram"] and group["histogram"]["impostor"]
    ]
    return Markup(distributions(groups, about)) if groups else Markup("")


def _drawn(level: Json, rate: str) -> Sequence[Json]:
    """The groups with the most data."""
    known = [group for group in level["groups"] if group[rate] and group[rate]["trials"]]
    most = sorted(known, key=lambda group: -group[rate]["trials"])[:MOST_CURVES]
    return [group for group in known if group in most]


def _curve(group: Json, thresholds: Sequence[float]) -> Curve:
    rates = group["fmr_same"]
    return Curve(label(group), thresholds, _seen(rates), rates["low"], rates["high"])


def _seen(rates: Json) -> list[float]:
    """The rates where there were errors: a line at zero would claim to know more than the upper bound."""
    return [rate if errors else nan for rate, errors in zip(rates["rate"], rates["errors"], strict=True)]
