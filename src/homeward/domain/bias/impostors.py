"""Comparisons with strangers, in the order in which groups are counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Ranks = NDArray[np.uint16]
Pair = tuple[int, int]
_TOGETHER = 1 << 21  # comparisons: what sorting makes on the way takes five times the room of all


@dataclass(frozen=True, slots=True)
class Impostors:
    """Comparisons with strangers that reach the lowest of K thresholds, each in the bin of the highest that it reaches.

    `probe_subject` is the person of the probe, `subject` the enrolled one; in the order of the latter, who has those
    from `starts[subject]` on. `both` and `one_way` tell how many comparisons of the same two people (of the same
    direction) are at least as similar: 0 for the most similar one. Nobody has 65,535 photos.
    """

    steps: int
    bin: NDArray[np.int16]
    probe_subject: NDArray[np.int32]
    subject: NDArray[np.int32]
    both: Ranks
    one_way: Ranks
    starts: Ints

    def with_enrolled(self, members: Mask) -> Iterator[Ints]:
        """Where the comparisons with enrolled members are, about _TOGETHER at a time."""
        enrolled = np.flatnonzero(members[: len(self.starts) - 1])
        lengths = self.starts[enrolled + 1] - self.starts[enrolled]
        for first, end in _spans(lengths):
            starts, own = self.starts[enrolled[first:end]], lengths[first:end]
            yield np.repeat(starts - (np.cumsum(own) - own), own) + np.arange(own.sum())


def impostors(
    steps: int, bins: NDArray[np.int16], probe_subject: NDArray[np.int32], subject: NDArray[np.int32]
) -> Impostors:
    """Arrays of one length, in any order."""
    order = np.argsort(subject, kind="stable")
    bins = bins[order]  # one after the other, since there are millions: each lets go of the unsorted ones
    probe_subject = probe_subject[order]
    subject = subject[order]
    del order
    both = ranks_of(np.minimum(probe_subject, subject), np.maximum(probe_subject, subject), bins, steps)
    one_way = ranks_of(subject, probe_subject, bins, steps)
    starts = np.searchsorted(subject, np.arange(int(subject.max(initial=-1)) + 2))
    return Impostors(steps, bins, probe_subject, subject, both, one_way, starts)


def ranks_of(one: NDArray[np.int32], other: NDArray[np.int32], bins: NDArray[np.int16], steps: int) -> Ranks:
    """Place of each entry among those of the same two, the highest bin first."""
    ranks = np.empty(len(bins), dtype=np.uint16)
    people = int(other.max(initial=0)) + 1
    for first, end in _spans(np.bincount(one)):
        part = np.flatnonzero((first <= one) & (one < end))
        keys = (one[part] - first).astype(np.int64) * people + other[part]
        order = np.argsort(keys * steps + (steps - 1 - bins[part]), kind="stable")
        ranked = keys[order]
        begins = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
        lengths = np.diff(np.r_[begins, len(ranked)])
        ranks[part[order]] = np.arange(len(part)) - np.repeat(begins, lengths)
    return ranks


def _spans(lengths: Ints) -> Iterator[Pair]:
    """Ranges of places, with lengths that add up to about _TOGETHER."""
    if len(lengths):
        reached = np.cumsum(lengths) // _TOGETHER
        ends = np.flatnonzero(np.r_[reached[1:] != reached[:-1], True]) + 1
        yield from zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)
