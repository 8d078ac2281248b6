"""Vectors of up to 36,864 faces, laid out for the processor: a product with all of them reads memory straight ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from standins.rekognition.faces import DIMENSIONS, Vector

_LEAST_ROOM = 288
_MOST_ROOM = 128 * _LEAST_ROOM
"""19 MB: long columns are read fastest, and one chunk after the other can go to whichever core is free."""
# Removed faces keep their places until they are this share of a chunk.
_SPARSE = 0.25
# Numbers in a line of the processor's cache. Columns that begin with one are read 5 to 10 % faster.
_LINE = 16
_NOWHERE = np.empty(0, np.intp)


@dataclass(frozen=True)
class Chunk:
    """Faces in ascending order of their numbers. What a chunk says never changes; changing makes another one.

    `columns` is 128 x room: all vectors' first numbers, then all their second ones, and so on. The first `count`
    places are taken, but those at `removed` have no face any more. Later chunks may share the arrays and write beyond
    `count`.
    """

    columns: NDArray[np.float32]
    numbers: NDArray[np.int64]
    count: int = 0
    removed: NDArray[np.intp] = field(default_factory=lambda: _NOWHERE)

    @classmethod
    def empty(cls, faces: int = 0) -> Chunk:
        """A chunk with room for that many faces, at most the largest there is."""
        room = -(-min(max(faces, _LEAST_ROOM), _MOST_ROOM) // _LINE) * _LINE
        return cls(_aligned(DIMENSIONS, room), np.empty(room, np.int64))

    def __len__(self) -> int:
        return self.count - len(self.removed)

    @property
    def present(self) -> NDArray[np.int64]:
        """The numbers of its faces."""
        taken = self.numbers[: self.count]
        return np.delete(taken, self.removed) if len(self.removed) else taken

    @property
    def is_full(self) -> bool:
        """Whether nothing can be added."""
        return self.count == len(self.numbers)

    @property
    def may_grow(self) -> bool:
        """Whether a packed copy would have much more room."""
        return len(self.numbers) < _MOST_ROOM or len(self) <= _MOST_ROOM // 2

    @property
    def is_sparse(self) -> bool:
        """Whether so many faces were removed that the others should be packed."""
        return len(self.removed) > _SPARSE * self.count

    def fits_with(self, other: Chunk) -> bool:
        """Whether both are so small that they should be one."""
        return len(self) + len(other) <= _MOST_ROOM // 2

    def extended(self, numbers: NDArray[np.int64], vectors: NDArray[np.float32]) -> Chunk:
        """With the first of these faces (vectors: n x 128), as many as there is room for."""
        end = min(self.count + len(numbers), len(self.numbers))
        self.numbers[self.count : end] = numbers[: end - self.count]
        self.columns[:, self.count : end] = vectors[: end - self.count].T
        return replace(self, count=end)

    def without(self, numbers: NDArray[np.int64]) -> Chunk:
        """Without the faces of those numbers."""
        taken = self.numbers[: self.count]
        places = taken.searchsorted(numbers)
        places = places[taken.take(places, mode="clip") == numbers]
        return replace(self, removed=np.union1d(self.removed, places)) if len(places) else self

    def place(self, number: int) -> int | None:
        """Where a face is, None when it isn't here."""
        place = int(np.searchsorted(self.numbers[: self.count], number))
        is_here = place < self.count and self.numbers[place] == number and place not in self.removed
        return place if is_here else None

    def score(self, probe: Vector, scores: NDArray[np.float32]) -> None:
        """Write the product of each place's vector with `probe`, minus infinity where there is no face any more."""
        np.matmul(probe, self.columns[:, : self.count], out=scores)
        scores[self.removed] = -np.inf


def _aligned(rows: int, columns: int) -> NDArray[np.float32]:
    """New memory, each row of which begins with a cache line; `columns` is a multiple of _LINE."""
    memory = np.empty(rows * columns + _LINE, np.float32)
    first = (-memory.ctypes.data // memory.itemsize) % _LINE
    return memory[first : first + rows * columns].reshape(rows, columns)


def packed(chunks: Sequence[Chunk], room: int = 0) -> Chunk:
    """One chunk of the faces of several, which must fit into one."""
    result = Chunk.empty(max(room, sum(len(chunk) for chunk in chunks)))
    for chunk in chunks:
        left = np.delete(np.arange(chunk.count), chunk.removed)
        result = result.extended(chunk.numbers[left], chunk.columns[:, left].T)
    return result
