"""What a group's errors add up to, part by part: all that a dyadic variance needs to know of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeward.domain.bias.impostors import Impostors, Ints, Ranks
from homeward.domain.bias.intervals import Floats

_PEOPLE = 256  # as many of them as the processor's cache holds


class Tally:
    """Sums over errors in each of K bins or above it, see `counting`. `taking_part` has a weight for each person.

    People without a weight take part in no comparison, and must not be added.
    """

    def __init__(self, found: Impostors, taking_part: Floats) -> None:
        self._found, self._people = found, np.flatnonzero(taking_part)
        self._weights, self._row = taking_part[self._people], np.cumsum(taking_part != 0) - 1
        self._errors, self._pairs, self._crossed = np.zeros((3, found.steps))
        self._involved = np.zeros(len(self._people) * found.steps, np.int64)

    def add(self, chosen: Ints, ranks: Ranks, of_pair: Ints) -> None:
        """`chosen` errors, each with its place among those of the same two people, and how many comparisons those
        have."""
        steps, falling = self._found.steps, self._found.steps - 1 - self._found.bin[chosen]
        self._errors += np.bincount(falling, minlength=steps)
        self._pairs += np.bincount(falling, 2.0 * ranks + 1, minlength=steps)
        self._crossed += np.bincount(falling, of_pair, minlength=steps)
        for person in (self._found.probe_subject[chosen], self._found.subject[chosen]):
            self._involved += np.bincount(self._row[person] * steps + falling, minlength=len(self._involved))

    @property
    def errors(self) -> Floats:
        """How many there are."""
        return _reached(self._errors)

    @property
    def of_pairs(self) -> Floats:
        """Their numbers by pair of people, squared."""
        return _reached(self._pairs)

    @property
    def crossed(self) -> Floats:
        """Their numbers by pair, times the pair's comparisons."""
        return _reached(self._crossed)

    def of_people(self) -> tuple[Floats, Floats]:
        """The errors that each person takes part in, squared; and times the person's weight."""
        squares, weighted = np.zeros((2, self._found.steps))
        involved = self._involved.reshape(len(self._people), self._found.steps)
        for first in range(0, len(involved), _PEOPLE):
            reached = np.cumsum(involved[first : first + _PEOPLE], axis=1, dtype=np.float64)
            squares += np.einsum("ik,ik->k", reached, reached)
            weighted += self._weights[first : first + _PEOPLE] @ reached
        return squares[::-1], weighted[::-1]


def _reached(falling: NDArray[np.floating[Any]]) -> Floats:
    return np.asarray(falling.cumsum()[::-1], dtype=np.float64)
