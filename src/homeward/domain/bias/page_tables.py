"""The tables of the bias report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from homeward.domain.bias.markup import Markup, html, rate_cell, table
from homeward.domain.bias.page_words import REASONS, TIERS, change_of, label, unproved_tier

Json = Mapping[str, Any]


def thresholds_table(groups: Sequence[Json]) -> Markup:
    """Live and proposed thresholds of the groups that have rules, and why."""
    head = (
        "group",
        "why",
        "people",
        "leads: live",
        "proposed",
        "alerts: live",
        "proposed",
        "false matches, proposed alerts",
    )
    return table(head, (_thresholds(group) for group in groups), numbers=2)


def _thresholds(group: Json) -> Iterator[object]:
    yield label(group)
    yield _why(group)
    yield f"{group['people']:,}"
    for tier in ("review", "alert"):
        yield f"{group['live'][tier]['threshold']:.1f}"
        yield _proposed(group, tier)
    yield rate_cell(group["proposed"]["alert"]["fmr_same"])


def _why(group: Json) -> Markup:
    tier = unproved_tier(group)
    if tier is None:
        reasons = {_reason(group["choice"][tier]) for tier in TIERS}
        return Markup(f'<b class="good">proved</b><small>{html(", ".join(sorted(reasons)))}</small>')
    choice = group["choice"][tier]
    needed = choice.get("people_needed")
    more = f"<small>about {needed:,} more people needed</small>" if needed else ""
    what = f"{TIERS[tier]}: {_reason(choice)}"
    return Markup(f"<b>a person decides</b><small>{html(what)}</small>{more}")


def _reason(choice: Json) -> str:
    return REASONS.get(choice["reason"], str(choice["reason"]).lower().replace("_", " "))


def _proposed(group: Json, tier: str) -> Markup:
    value, change = f"{group['proposed'][tier]['threshold']:.1f}", change_of(group, tier)
    if not change:
        return Markup(f'{value}<small class="dim">as now</small>{_doubled(group["choice"][tier])}')
    kind, word = ("up", "stricter") if change > 0 else ("down", "looser")
    moved = f'<b class="{kind}">{value}</b><small>{word} by {abs(change):.1f}</small>'
    return Markup(f"{moved}{_doubled(group['choice'][tier])}")


def _doubled(choice: Json) -> str:
    """What the suspected duplicates change, if they do."""
    counted = choice.get("with_duplicates")
    if choice["threshold"] is None or counted == choice["threshold"]:
        return ""
    return f"<small>{'none' if counted is None else f'{counted:.1f}'} if duplicates count</small>"


def rates_table(groups: Sequence[Json], targets: Json) -> Markup:
    """Error rates of the groups of one level at the live thresholds."""
    head = (
        "group",
        "people",
        "photos",
        "same group, leads",
        "same group, alerts",
        "any probe, leads",
        "any probe, alerts",
        "missed, leads",
        "missed, alerts",
    )
    return table(head, (_rates(group, targets) for group in groups))


def _rates(group: Json, targets: Json) -> Iterator[object]:
    live = group["live"]
    yield from (label(group), f"{group['people']:,}", f"{group['photos']:,}")
    for rate in ("fmr_same", "fmr_any"):
        for tier in ("review", "alert"):
            yield rate_cell(live[tier][rate], targets[tier])
    for tier in ("review", "alert"):
        yield rate_cell(live[tier]["fnmr"])


def searches_table(groups: Sequence[Json]) -> Markup:
    """How often a search for somebody who isn't enrolled finds a case, by the searched person's group."""
    head = ("group of the person searched", "leads: live", "proposed", "alerts: live", "proposed")
    return table(head, (_searches(group) for group in groups))


def _searches(group: Json) -> Iterator[object]:
    yield label(group)
    for tier in ("review", "alert"):
        for which in ("live", "proposed"):
            yield rate_cell(group[which][tier]["fpir"])


def summary_table(levels: Sequence[Json], names: Sequence[str]) -> Markup:
    """Summary measures of each level, with bounds."""
    head = ("groups by", "rate", "policy", "worst", "best", "max/min", "max/geometric mean", "GARBE")
    return table(head, (row for pair in zip(levels, names, strict=True) for row in _summaries(*pair)), numbers=5)


_SUMMARISED = (("review", "fmr_same", "strangers, leads"), ("alert", "fmr_same", "strangers, alerts"))
_MISSES = (("review", "fnmr", "misses, leads"), ("alert", "fnmr", "misses, alerts"))


def _summaries(level: Json, name: str) -> Iterator[Sequence[object]]:
    names = {group["label"]: label(group) for group in level["groups"]}
    for which in ("live", "proposed"):
        for tier, rate, words in (*_SUMMARISED, *_MISSES):
            found = level["summary"][which][tier][rate]
            measures = [_measure(found[one]) for one in ("max_min", "max_geometric_mean", "garbe")]
            yield (name, words, which, names.get(found["worst"], ""), names.get(found["best"], ""), *measures)


def _measure(found: Json | None) -> Markup:
    if found is None:
        return Markup("–")
    value = "–" if found["value"] is None else f"<b>{found['value']:.3g}</b>"
    bounds = [f"{bound:.3g}" if bound is not None else "unbounded" for bound in (found["low"], found["high"])]
    known = found["low"] is not None or found["high"] is not None
    return Markup(f"{value}<small>{bounds[0]} to {bounds[1]}</small>" if known else value)


def duplicates_table(pairs: Sequence[Json]) -> Markup:
    """Pairs of cases that may be one person."""
    head = ("case", "and", "what was done with them", "similarity")
    rows = ((*pair["cases"], _done(pair), f"{pair['similarity']:.2f}") for pair in pairs)
    return table(head, rows, numbers=3)


def _done(pair: Json) -> str:
    return f"{'left out of the comparisons' if pair['left_out'] else 'counted as strangers'}: {pair['why']}"


def counts_table(counts: Mapping[str, int], head: tuple[str, str]) -> Markup:
    """Counts by reason, the largest first."""
    return table(head, ((name, f"{count:,}") for name, count in sorted(counts.items(), key=lambda one: -one[1])))
