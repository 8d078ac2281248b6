"""The bias report in plain words: what a shift, and whoever approves a policy, must know first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import floor, log10
from typing import Any

from homeward.domain.bias.charts import readable_rate

ATTRIBUTES = {"sex": "sex", "ethnicity": "ethnicity", "age_band": "age"}
TIERS = {"review": "leads to a person", "alert": "alerts"}
REASONS = {
    "MEASURED": "measured",
    "TOO_FEW": "too few people",
    "ERRORS": "too many errors at every threshold",
    "FINER_GROUP": "raised: a group within it is worse",
}


_AGES = {"0-17": "under 18", "50-150": "50 or older"}


def label(group: Mapping[str, Any]) -> str:
    """The group's name for people: `Female / Asian / 50 or older`."""
    return " / ".join(_AGES.get(value, value) for value in group["attributes"].values())


def level_name(level: Mapping[str, Any]) -> str:
    """`Sex and age` for the level of these attributes."""
    names = [ATTRIBUTES.get(name, name) for name in level["attributes"]]
    joined = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return joined[:1].upper() + joined[1:]


def rule_level(statistics: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The level whose groups have thresholds of their own."""
    wanted = list(statistics["group_by"])
    return next((level for level in statistics["levels"] if list(level["attributes"]) == wanted), None)


def single_levels(statistics: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The levels of one attribute each: few groups, with the most data."""
    return [level for level in statistics["levels"] if len(level["attributes"]) == 1]


def in_short(report: Mapping[str, Any]) -> list[str]:
    """A handful of sentences, each of which stands alone."""
    statistics = report["statistics"]
    level = rule_level(statistics)
    return [
        _compared(statistics["counts"]),
        *([_proved(level["groups"]), *_changes(level["groups"])] if level else []),
        *(line for single in single_levels(statistics) for line in _worst(single)),
        *_searches(statistics),
        *_duplicates(statistics["duplicates"]),
    ]


def _compared(counts: Mapping[str, int]) -> str:
    return (
        f"{counts['people']:,} people with {counts['photos']:,} photos were compared: {counts['genuine']:,} times a "
        f"photo with the same person's others, {counts['impostor']:,} times with somebody else's."
    )


def _proved(groups: Sequence[Mapping[str, Any]]) -> str:
    proved = sum(unproved_tier(group) is None for group in groups)
    if not proved:
        return (
            f"In none of {len(groups)} groups do the data prove thresholds for both leads and alerts: every lead goes "
            "to a person, under the strictest thresholds."
        )
    if proved == len(groups):
        return f"For each of {len(groups)} groups the data prove thresholds for leads and for alerts."
    return (
        f"For {proved} of {len(groups)} groups the data prove thresholds for leads and alerts. In the others the "
        "strictest thresholds hold, and a person decides about every lead."
    )


def unproved_tier(group: Mapping[str, Any]) -> str | None:
    """The tier for which a group has no proved threshold: it needs both."""
    return next((tier for tier in ("alert", "review") if group["choice"][tier]["threshold"] is None), None)


def _changes(groups: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for tier, what in TIERS.items():
        lowered = [label(group) for group in groups if change_of(group, tier) < 0]
        raised = [label(group) for group in groups if change_of(group, tier) > 0]
        for labels, verb in ((lowered, "lower"), (raised, "higher")):
            if labels:
                yield f"A proposed threshold for {what} is {verb} than the live one: {_listed(labels)}."


def change_of(group: Mapping[str, Any], tier: str) -> float:
    """Proposed threshold less the live one."""
    return float(group["proposed"][tier]["threshold"] - group["live"][tier]["threshold"])


def _worst(level: Mapping[str, Any]) -> Iterator[str]:
    found = level["summary"]["live"]["review"]["fmr_same"]
    groups = {group["label"]: group for group in level["groups"] if group["live"]["review"]["fmr_same"]}
    worst, best = groups.get(found["worst"]), groups.get(found["best"])
    if worst is None or best is None or worst is best:
        return
    if not worst["live"]["review"]["fmr_same"]["errors"]:
        yield (
            f"By {level_name(level).lower()}, no stranger of the same group reaches the live threshold for leads: "
            f"at most {readable_rate(worst['live']['review']['fmr_same']['high'])} does ({label(worst)}, of whom least "
            "is known)."
        )
        return
    yield (
        f"By {level_name(level).lower()}, at the live threshold for leads, strangers are taken for one another most "
        f"often within the group {_with_rate(worst)} and least often within {_with_rate(best)}: "
        f"{_how_much(found['max_min']['low'])}."
    )


def _with_rate(group: Mapping[str, Any]) -> str:
    rate = group["live"]["review"]["fmr_same"]
    return f"{label(group)} ({said_rate(rate)})"


def said_rate(rate: Mapping[str, Any]) -> str:
    """The rate; where no error was seen, what that shows."""
    return readable_rate(rate["rate"]) if rate["errors"] else f"none seen, so at most {readable_rate(rate['high'])}"


def _how_much(at_least: float | None) -> str:
    if at_least is not None and at_least > 1:
        return f"at least {_round(at_least)} times as often"
    return "the data don't suffice to tell the two apart"


def _round(value: float) -> str:
    """Two digits that count."""
    return f"{value:.2g}" if value < 100 else f"{round(value, 1 - floor(log10(value))):,.0f}"


def _searches(statistics: Mapping[str, Any]) -> Iterator[str]:
    groups = [group for level in single_levels(statistics) for group in level["groups"]]
    for tier, what in (("review", "a lead"), ("alert", "an alert")):
        live, proposed = _most(groups, "live", tier), _most(groups, "proposed", tier)
        if live and proposed:
            then = "" if live == proposed else f"; under the proposed policy {proposed}"
            yield f"A face of somebody who isn't enrolled reaches the threshold for {what} in at most {live}{then}."


def _most(groups: Sequence[Mapping[str, Any]], which: str, tier: str) -> str:
    """The highest upper bound of any group."""
    rates = [(group[which][tier]["fpir"], label(group)) for group in groups]
    known = [(rate["high"], name) for rate, name in rates if rate and rate["trials"]]
    if not known:
        return ""
    high, name = max(known)
    return f"{readable_rate(high)} of searches (where it is highest: {name})"


def _duplicates(pairs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if pairs:
        counted = sum(not pair["left_out"] for pair in pairs)
        rest = f"; {counted:,} of them are counted as errors" if counted else ""
        yield f"{len(pairs):,} pairs of cases may each be one person: a person must look{rest}."


def _listed(labels: Sequence[str], most: int = 6) -> str:
    rest = len(labels) - most
    return "; ".join(labels[:most]) + (f"; and {rest} more" if rest > 0 else "")
