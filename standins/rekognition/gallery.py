"""The vectors of one collection in memory, for exact search."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standins.rekognition.faces import DIMENSIONS, Vector

_GROWTH = 1.25
_LEAST_ROOM = 256


@dataclass(frozen=True)
class Neighbours:
    """Faces by number, most alike first, with their cosines."""

    numbers: NDArray[np.int64]
    cosines: NDArray[np.float32]


class Gallery:
    """Unit vectors with ascending face numbers. A search sees one moment; writers never wait for searches.

    Rows once shown to a search never change: adding writes beyond them, removing makes new arrays.
    """

    def __init__(self, numbers: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        self._lock = threading.Lock()
        self._numbers = numbers
        self._vectors = vectors
        self._count = len(self._numbers)

    @classmethod
    def empty(cls) -> Gallery:
        """A gallery of a new collection."""
        return cls(np.empty(0, np.int64), np.empty((0, DIMENSIONS), np.float32))

    def __len__(self) -> int:
        return self._count

    def add(self, number: int, vector: Vector) -> None:
        """`number` must be higher than every number before."""
        with self._lock:
            if self._count == len(self._numbers):
                self._make_room()
            self._numbers[self._count] = number
            self._vectors[self._count] = vector
            self._count += 1

    def remove(self, numbers: Sequence[int]) -> None:
        """Forget faces; numbers that aren't here don't matter."""
        with self._lock:
            kept = ~np.isin(self._numbers[: self._count], np.array(numbers, np.int64))
            self._numbers = self._numbers[: self._count][kept]
            self._vectors = self._vectors[: self._count][kept]
            self._count = len(self._numbers)

    def vector(self, number: int) -> Vector:
        """The vector of a face that is here."""
        numbers, vectors = self._now()
        vector: Vector = vectors[np.searchsorted(numbers, number)]
        return vector

    def nearest(self, probe: Vector, most: int) -> Neighbours:
        """The `most` faces with the highest cosine to a unit vector."""
        numbers, vectors = self._now()
        cosines = vectors @ probe
        chosen = np.arange(len(cosines))
        if most < len(cosines):
            # Partitioning the values and looking once more is quicker than partitioning their places.
            chosen = np.flatnonzero(cosines >= np.partition(cosines, -most)[-most])
        order = np.lexsort((numbers[chosen], -cosines[chosen]))[:most]
        return Neighbours(numbers=numbers[chosen[order]], cosines=np.clip(cosines[chosen[order]], -1, 1))

    def _now(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        with self._lock:
            return self._numbers[: self._count], self._vectors[: self._count]

    def _make_room(self) -> None:
        room = max(_LEAST_ROOM, int(self._count * _GROWTH))
        numbers, vectors = np.empty(room, np.int64), np.empty((room, DIMENSIONS), np.float32)
        numbers[: self._count], vectors[: self._count] = self._numbers[: self._count], self._vectors[: self._count]
        self._numbers, self._vectors = numbers, vectors
