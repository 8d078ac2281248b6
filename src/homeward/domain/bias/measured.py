"""A measurement, sorted for counting: strangers' comparisons, own ones, and the best stranger of every photo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeward.domain.bias.counting import any_probe, misses, same_group, searches
from homeward.domain.bias.impostors import Impostors, Ints, Mask, Pair, impostors
from homeward.domain.bias.intervals import Clustered, Floats
from homeward.domain.bias.models import Comparisons, Gallery

_TOGETHER = 1 << 20  # comparisons: what is made on the way takes five times the room of all
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
    pairs, people = tuple(left_out), len(gallery.subjects)
    own = np.full(len(gallery.subject_of), -1, dtype=np.int16)
    best = np.full(len(own), -1, dtype=np.int64)  # the highest bin, then the lowest number
    strangers = np.full(len(comparisons.probe), -1, dtype=np.int16)
    for part in _parts(len(strangers)):
        probe, subject = comparisons.probe[part], comparisons.subject[part]
        bins = _bins(comparisons, part, steps, own_thresholds)
        person = gallery.subject_of[probe]
        genuine = (bins >= 0) & (person == subject)
        own[probe[genuine]] = bins[genuine]
        strange = (bins >= 0) & (person != subject) & ~_among(pairs, person, subject)
        np.maximum.at(best, probe[strange], bins[strange].astype(np.int64) * people + (people - 1 - subject[strange]))
        strangers[part] = np.where(strange, bins, -1)
    photos = np.bincount(gallery.subject_of, minlength=people).astype(np.int64)
    return Measured(
        steps=steps,
        photos=photos,
        subject_of=gallery.subject_of,
        impostors=_impostors(gallery, comparisons, strangers, len(steps)),
        own=own,
        stranger=np.where(best < 0, -1, best // people).astype(np.int16),
        found=np.where(best < 0, 0, people - 1 - best % people).astype(np.int32),
        paired=photos[gallery.subject_of] >= 2,
        left_out=pairs,
    )


def _parts(length: int) -> Iterator[slice]:
    return (slice(first, first + _TOGETHER) for first in range(0, length, _TOGETHER))


def _bins(comparisons: Comparisons, part: slice, steps: Floats, own_thresholds: Floats | None) -> NDArray[np.int16]:
    """The highest step that each comparison reaches, -1 for none."""
    # Half a thousandth: similarities are kept in 32 bits, and one of 95.3 must reach a threshold of 95.3.
    values = comparisons.similarity[part].astype(np.float64) + 5e-4
    if own_thresholds is not None:
        values -= own_thresholds[comparisons.subject[part]]
    return (np.searchsorted(steps, values, side="right") - 1).astype(np.int16)


def _impostors(gallery: Gallery, comparisons: Comparisons, bins: NDArray[np.int16], steps: int) -> Impostors:
    """Those with a bin."""
    chosen = np.flatnonzero(bins >= 0)
    return impostors(steps, bins[chosen], gallery.subject_of[comparisons.probe[chosen]], comparisons.subject[chosen])


def _among(pairs: Sequence[Pair], one: NDArray[np.int32], other: NDArray[np.int32]) -> Mask:
    if not pairs:
        return np.zeros(len(one), dtype=bool)
    size = 1 + max(int(one.max(initial=0)), int(other.max(initial=0)), *(max(pair) for pair in pairs))
    keys = np.minimum(one, other).astype(np.int64) * size + np.maximum(one, other)
    return np.isin(keys, [a * size + b for a, b in pairs])
