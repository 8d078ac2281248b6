"""Pairs of cases that may be one person under two records.

Counted as strangers, they would be false matches that no threshold avoids. Left out too freely, they would hide a face
model that takes a whole group for one another. So a pair is left out only if each is the other's only partner, their
records don't contradict each other, nobody marked them as look-alikes, and such pairs are rare in every group of
theirs. All are reported for a person to judge, and thresholds are told with and without them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from homeward.domain.bias.models import Comparisons, Gallery
from homeward.domain.groups import Group

MOST = 0.01  # of a group's people; one pair is always allowed

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Suspect:
    """Two subjects that are so similar, whether they are left out of the impostors, and why (not)."""

    pair: Pair
    similarity: float
    left_out: bool
    why: str


def suspects(
    gallery: Gallery, comparisons: Comparisons, least: float, look_alikes: frozenset[tuple[str, str]]
) -> list[Suspect]:
    """Every pair with a similarity of at least `least`, the most similar first."""
    best = _pairs(gallery, comparisons, least)
    partners = Counter(subject for pair in best for subject in pair)
    marked = {frozenset(pair) for pair in look_alikes}
    reasons = {pair: _objection(gallery, pair, partners, marked) for pair in best}
    crowded = _crowded(gallery, [pair for pair, why in reasons.items() if not why])
    found = []
    for pair, similarity in sorted(best.items(), key=lambda one: (-one[1], one[0])):
        why = reasons[pair] or _too_many(gallery, pair, crowded)
        found.append(Suspect(pair, similarity, not why, why or "each is the other's only one, and records agree"))
    return found


def _pairs(gallery: Gallery, comparisons: Comparisons, least: float) -> dict[Pair, float]:
    close = comparisons.similarity >= least
    probes = gallery.subject_of[comparisons.probe[close]]
    best: dict[Pair, float] = {}
    for one, other, value in zip(probes, comparisons.subject[close], comparisons.similarity[close], strict=True):
        if one != other:
            pair = (int(min(one, other)), int(max(one, other)))
            best[pair] = max(best.get(pair, 0.0), float(value))
    return best


def _objection(gallery: Gallery, pair: Pair, partners: Mapping[int, int], marked: set[frozenset[str]]) -> str:
    one, other = (gallery.groups[subject] for subject in pair)
    if frozenset(gallery.subjects[subject] for subject in pair) in marked:
        return "people marked them as look-alikes"
    if any(partners[subject] > 1 for subject in pair):
        return "one of them resembles several cases"
    return "" if _compatible(one, other) else "their records contradict each other"


def _compatible(one: Group, other: Group) -> bool:
    """Ages differ between two records of one person: the day of the last contact, an estimate. Sex and ethnicity
    less."""
    sexes = {one.sex, other.sex} - {None}
    apart = one.ethnicities and other.ethnicities and not set(one.ethnicities) & set(other.ethnicities)
    return len(sexes) < 2 and not apart


def _values(group: Group) -> Iterator[tuple[str, str]]:
    """What is recorded, one attribute at a time."""
    if group.sex:
        yield "sex", group.sex
    yield from (("ethnicity", name) for name in group.ethnicities)
    if group.age_band:
        yield "age_band", group.age_band


def _crowded(gallery: Gallery, pairs: Sequence[Pair]) -> set[tuple[str, str]]:
    """Groups with more such pairs than can be records kept twice."""
    people: Counter[tuple[str, str]] = Counter(value for group in gallery.groups for value in _values(group))
    of_group: defaultdict[tuple[str, str], int] = defaultdict(int)
    for pair in pairs:
        for value in {value for subject in pair for value in _values(gallery.groups[subject])}:
            of_group[value] += 1
    return {value for value, number in of_group.items() if number > max(1, MOST * people[value])}


def _too_many(gallery: Gallery, pair: Pair, crowded: set[tuple[str, str]]) -> str:
    values = sorted({name for subject in pair for name in _values(gallery.groups[subject])} & crowded)
    return f"too many such pairs among {', '.join(name for _, name in values)}" if values else ""
