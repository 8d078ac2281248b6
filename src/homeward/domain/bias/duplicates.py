"""Pairs of cases that may be one person under two records.

Counted as strangers, they would be false matches that no threshold avoids. Left out too freely, they would hide a face
model that takes a whole group for one another. So a pair is left out only if each is the other's only partner, their
records don't contradict each other, nobody marked them as look-alikes, and such pairs are rare in every group of
theirs. All are reported for a person to judge, and thresholds are told with and without them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeward.domain.bias.models import Comparisons, Gallery
from homeward.domain.groups import Group

LISTED = 500  # pairs that are counted as strangers: more are no list for a person
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
    """Pairs with a similarity of at least `least`, the most similar first; at most LISTED of those that are counted."""
    pairs, similarity = _pairs(gallery, comparisons, least)
    partners = np.bincount(pairs.ravel(), minlength=len(gallery.subjects))
    mutual = (partners[pairs] == 1).all(axis=1)
    marked = {frozenset(pair) for pair in look_alikes}
    objections = {pair: _objection(gallery, pair, marked) for pair in _tuples(pairs[mutual])}
    crowded = _crowded(gallery, [pair for pair, why in objections.items() if not why])
    found, counted = [], 0
    for pair, value, is_mutual in zip(_tuples(pairs), similarity.tolist(), mutual.tolist(), strict=True):
        why = (
            objections[pair] or _too_many(gallery, pair, crowded)
            if is_mutual
            else "one of them resembles several cases"
        )
        counted += bool(why)
        if not why or counted <= LISTED:
            found.append(Suspect(pair, value, not why, why or "each is the other's only one, and records agree"))
    return found


def _pairs(gallery: Gallery, comparisons: Comparisons, least: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs (n x 2, the lower number first) and their highest similarity, the most similar first."""
    close = comparisons.similarity >= least
    one, other = gallery.subject_of[comparisons.probe[close]], comparisons.subject[close]
    value = comparisons.similarity[close].astype(np.float64)
    apart = one != other
    size = len(gallery.subjects)
    keys = np.minimum(one, other).astype(np.int64)[apart] * size + np.maximum(one, other)[apart]
    order = np.argsort(-value[apart], kind="stable")
    unique, first = np.unique(keys[order], return_index=True)
    by_value = np.argsort(first)
    return np.stack(np.divmod(unique[by_value], size), axis=1), value[apart][order][first[by_value]]


def _tuples(pairs: NDArray[np.int64]) -> list[Pair]:
    return [(one, other) for one, other in pairs.tolist()]


def _objection(gallery: Gallery, pair: Pair, marked: set[frozenset[str]]) -> str:
    one, other = (gallery.groups[subject] for subject in pair)
    if frozenset(gallery.subjects[subject] for subject in pair) in marked:
        return "people marked them as look-alikes"
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
