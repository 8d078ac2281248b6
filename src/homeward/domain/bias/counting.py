"""False matches and misses of a group at every threshold, with variances that know that comparisons share people.

Variance of a false match rate: dyadic cluster-robust (Aronow, Samii, Assenova 2015; Fafchamps, Gubert 2007). With e =
errors - trials * rate of an ordered pair of people, E of the unordered pair, and R the sum of e over all comparisons
that a person takes part in, as probe or as enrolled case:  Var = (sum over people of R^2 - sum over pairs of E^2) /
N^2.  All sums come from weighted histograms, so the cost is that of the errors, not of the comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeward.domain.bias.impostors import Impostors, Ints, Mask, Pair, Ranks, ranks_of
from homeward.domain.bias.intervals import Clustered, Floats
from homeward.domain.bias.tally import Tally

Errors = tuple[Ints, Ranks, Ints]  # see Tally.add


def same_group(found: Impostors, photos: Ints, members: Mask, left_out: Sequence[Pair] = ()) -> Clustered:
    """False matches among the members. `photos` are those of each person; pairs in `left_out` are no comparisons."""
    own = np.where(members, photos, 0)
    people, total, squares = int(members.sum()), int(own.sum()), float((own.astype(float) ** 2).sum())
    taking_part = np.where(members, own * (people - 1) + (total - own), 0).astype(np.float64)
    pairs = (people - 1) * squares + (total**2 - squares)

    def errors() -> Iterator[Errors]:
        for enrolled in found.with_enrolled(members):
            chosen = enrolled[members[found.probe_subject[enrolled]]]
            yield chosen, found.both[chosen], photos[found.probe_subject[chosen]] + photos[found.subject[chosen]]

    return _dyadic(
        found,
        errors(),
        trials=total * (people - 1),
        taking_part=taking_part,
        pairs=pairs,
        left_out=[(a, b, int(photos[a] + photos[b])) for a, b in left_out if members[a] and members[b]],
        clusters=people,
    )


def any_probe(found: Impostors, photos: Ints, members: Mask, left_out: Sequence[Pair] = ()) -> Clustered:
    """False matches of anybody's photos with enrolled members."""
    own, everybody = np.where(members, photos, 0), int(photos.sum())
    people, total = int(members.sum()), int(own.sum())
    inside = (own.astype(float) ** 2).sum()
    outside = (np.where(members, 0, photos).astype(float) ** 2).sum()
    taking_part = np.where(members, everybody - photos + photos * (people - 1), photos * people).astype(np.float64)
    both_ways = [(a, b) for a, b in left_out if members[a] or members[b]]

    def errors() -> Iterator[Errors]:
        for chosen in found.with_enrolled(members):
            within = members[found.probe_subject[chosen]]
            of_pair = photos[found.probe_subject[chosen]] + np.where(within, photos[found.subject[chosen]], 0)
            yield chosen, np.where(within, found.both[chosen], found.one_way[chosen]), of_pair

    return _dyadic(
        found,
        errors(),
        trials=everybody * people - total,
        taking_part=taking_part,
        pairs=float((people - 1) * inside + (total**2 - inside) + outside * people),
        left_out=[(a, b, int(photos[a] * members[b] + photos[b] * members[a])) for a, b in both_ways],
        clusters=int((photos > 0).sum()),
    )


def _dyadic(
    found: Impostors,
    errors: Iterator[Errors],
    trials: int,
    taking_part: Floats,
    pairs: float,
    left_out: Sequence[tuple[int, int, int]],
    clusters: int,
) -> Clustered:
    taking_part = taking_part.copy()
    for a, b, number in left_out:  # what they were is no trial; their errors aren't in `found`
        trials -= number
        pairs -= number**2
        taking_part[[a, b]] -= number
    tally = Tally(found, taking_part)
    for part in errors:
        tally.add(*part)
    rate, (squares, weighted) = tally.errors / max(trials, 1), tally.of_people()
    people = squares - 2 * rate * weighted + rate**2 * (taking_part**2).sum()
    variance = (people - (tally.of_pairs - 2 * rate * tally.crossed + rate**2 * pairs)) / max(trials, 1) ** 2
    return Clustered(max(trials, 0), clusters, tally.errors.astype(np.int64), np.maximum(variance, 0.0))


def _at_least(bins: NDArray[np.int16], steps: int, weights: NDArray[np.floating[Any]] | None = None) -> Floats:
    """How much is in each bin or above it."""
    found = np.bincount(bins, weights, minlength=steps)
    return np.asarray(found[::-1].cumsum()[::-1], dtype=np.float64)


def _by_person(rows: NDArray[np.integer[Any]], bins: NDArray[np.int16], people: int, steps: int) -> Floats:
    """Counts of each person (rows, from 0) in each bin or above it (columns)."""
    counts = np.bincount(rows.astype(np.int64) * steps + bins, minlength=people * steps).reshape(people, steps)
    return np.asarray(counts[:, ::-1].cumsum(axis=1)[:, ::-1], dtype=np.float64)


def misses(steps: int, bins: NDArray[np.int16], subject: NDArray[np.int32]) -> Clustered:
    """Photos that don't reach a threshold with the same person's others. `bins` are -1 where they reach none.

    Arrays have an entry for each photo of a person with at least two; clustered by person.
    """
    people, rows = np.unique(subject, return_inverse=True)
    reached = _by_person(rows[bins >= 0], bins[bins >= 0], len(people), steps)
    trials = np.bincount(rows, minlength=len(people)).astype(np.float64)
    return _one_way(trials[:, None] - reached, trials)


def _one_way(errors: Floats, trials: Floats) -> Clustered:
    """`errors` by person and threshold, `trials` by person."""
    number, clusters = int(trials.sum()), int((trials > 0).sum())
    total = errors.sum(axis=0)
    rate = total / max(number, 1)
    spread = ((errors - rate * trials[:, None]) ** 2).sum(axis=0)
    variance = spread * clusters / max(clusters - 1, 1) / max(number, 1) ** 2
    return Clustered(number, clusters, np.rint(total).astype(np.int64), variance)


def searches(steps: int, bins: NDArray[np.int16], subject: NDArray[np.int32], found: NDArray[np.int32]) -> Clustered:
    """Searches of people who aren't enrolled that return somebody. `bins` are those of the best candidate, -1 for none.

    An entry for each probe: its person, and the enrolled person who was `found` best. Clustered by the person searched
    for; that one enrolled person answers many searches is added.
    """
    hit = bins >= 0
    people, rows = np.unique(subject, return_inverse=True)
    answers, columns = np.unique(found[hit], return_inverse=True)
    alone = _one_way(
        _by_person(rows[hit], bins[hit], len(people), steps),
        np.bincount(rows, minlength=len(people)).astype(np.float64),
    )
    gallery = _by_person(columns, bins[hit], len(answers), steps)
    ranks = ranks_of(rows[hit].astype(np.int32), columns.astype(np.int32), bins[hit], steps)
    twice = _at_least(bins[hit], steps, 2.0 * ranks + 1)
    shared = np.maximum(np.einsum("ik,ik->k", gallery, gallery) - twice, 0.0) / max(alone.trials, 1) ** 2
    return Clustered(alone.trials, alone.clusters, alone.errors, alone.variance + shared)
