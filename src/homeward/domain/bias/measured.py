"""A measurement, sorted for counting: strangers' comparisons, own ones, and the best stranger of every photo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeward.domain.bias.counting import (
    Impostors,
    Ints,
    Mask,
    Pair,
    any_probe,
    impostors,
    misses,
    same_group,
    searches,
)
from homeward.domain.bias.intervals import Clustered, Floats
from homeward.domain.bias.models import Comparisons, Gallery

RATES = ("fmr_same", "fmr_any", "fnmr", "fpir")


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything in bins of K rising steps. Photos have -1 where they reach none.

    `own` and `stranger` have an entry for each photo: the bin that it reaches with its person's other photos, and with
    the most similar stranger, who is `found`. `paired` are photos of people with at least two.
    """

    steps: Floats
    photos: Ints
    subject_of: NDArray[np.int32]
    impostors: Impostors
    own: NDArray[np.int16]
    stranger: NDArray[np.int16]
    found: NDArray[np.int32]
    paired: Mask
    left_out: tuple[Pair, ...]

    def counted(self, members: Mask) -> dict[str, Clustered]:
        """The four rates of a group at every step."""
        of_group, steps = members[self.subject_of], len(self.steps)
        paired = of_group & self.paired
        return {
            "fmr_same": same_group(self.impostors, self.photos, members, self.left_out),
            "fmr_any": any_probe(self.impostors, self.photos, members, self.left_out),
            "fnmr": misses(steps, self.own[paired], self.subject_of[paired]),
            "fpir": searches(steps, self.stranger[of_group], self.subject_of[of_group], self.found[of_group]),
        }


def measured(
    gallery: Gallery,
    comparisons: Comparisons,
    steps: Floats,
    own_thresholds: Floats | None = None,
    left_out: Iterable[Pair] = (),
) -> Measured:
    """Sort comparisons into the steps; with `own_thresholds` (one for each enrolled person), steps are distances to
    those.

    Pairs in `left_out` are no comparisons at all.
    """
    values = comparisons.similarity.astype(np.float64)
    if own_thresholds is not None:
        values = values - own_thresholds[comparisons.subject]
    # Half a thousandth: similarities are kept in 32 bits, and one of 95.3 must reach a threshold of 95.3.
    bins = (np.searchsorted(steps, values + 5e-4, side="right") - 1).astype(np.int16)
    probe_subject = gallery.subject_of[comparisons.probe]
    pairs = tuple(left_out)
    strangers = (
        (bins >= 0) & (probe_subject != comparisons.subject) & ~_among(pairs, probe_subject, comparisons.subject)
    )
    genuine = (bins >= 0) & (probe_subject == comparisons.subject)
    photos = np.bincount(gallery.subject_of, minlength=len(gallery.subjects)).astype(np.int64)
    own = np.full(len(gallery.subject_of), -1, dtype=np.int16)
    own[comparisons.probe[genuine]] = bins[genuine]
    stranger, found = _best(len(own), comparisons.probe[strangers], comparisons.subject[strangers], bins[strangers])
    return Measured(
        steps=steps,
        photos=photos,
        subject_of=gallery.subject_of,
        impostors=impostors(
            len(steps),
            bins[strangers],
            comparisons.probe[strangers],
            probe_subject[strangers],
            comparisons.subject[strangers],
        ),
        own=own,
        stranger=stranger,
        found=found,
        paired=photos[gallery.subject_of] >= 2,
        left_out=pairs,
    )


def _among(pairs: Sequence[Pair], one: NDArray[np.int32], other: NDArray[np.int32]) -> Mask:
    if not pairs:
        return np.zeros(len(one), dtype=bool)
    size = 1 + max(int(one.max(initial=0)), int(other.max(initial=0)), *(max(pair) for pair in pairs))
    keys = np.minimum(one, other).astype(np.int64) * size + np.maximum(one, other)
    return np.isin(keys, [a * size + b for a, b in pairs])


def _best(
    photos: int, probe: NDArray[np.int32], subject: NDArray[np.int32], bins: NDArray[np.int16]
) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
    """For each photo the highest bin that a stranger reaches, and that stranger."""
    best, found = np.full(photos, -1, dtype=np.int16), np.zeros(photos, dtype=np.int32)
    order = np.lexsort((-subject, bins))  # the last one written wins: the highest bin, then the lowest number
    best[probe[order]], found[probe[order]] = bins[order], subject[order]
    return best, found
