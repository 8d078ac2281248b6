"""The vectors of one collection in memory, for exact search."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from standins.rekognition import crew
from standins.rekognition.chunks import Chunk, packed
from standins.rekognition.faces import DIMENSIONS, Vector

# A cosine of two unit vectors in 32 bits is off by this at most (128 products, each sum rounded once, Cauchy-Schwarz);
# a little more, since their lengths are rounded too.
_ROUNDING = 1.01 * DIMENSIONS * 2.0**-24
_NOBODY = -2.0
"""Below every cosine."""
# Scores are looked at in groups, at least twice as many as wanted faces: few of the best then share a group, so few
# others come along.
_GROUPS_PER_FACE = 2
_LARGEST_GROUP = 1024
# Faces that are compared in 64 bits at a time: 128 KB, which the processor's cache holds. All at once, a search for
# 4,096 faces would spend most of its time on new memory.
_TOGETHER = 128
_kept = threading.local()


@dataclass(frozen=True)
class Neighbours:
    """Faces by number, most alike first, with their cosines."""

    numbers: NDArray[np.int64]
    cosines: NDArray[np.float64]


class Gallery:
    """Unit vectors with ascending face numbers. A search sees one moment; searches and writers don't wait for each
    other."""

    def __init__(self, numbers: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """`vectors`: n x 128."""
        self._writing = threading.Lock()
        self._chunks: tuple[Chunk, ...] = ()
        self.extend(numbers, vectors)

    @classmethod
    def empty(cls) -> Gallery:
        """A gallery of a new collection."""
        return cls(np.empty(0, np.int64), np.empty((0, DIMENSIONS), np.float32))

    def __len__(self) -> int:
        return sum(len(chunk) for chunk in self._chunks)

    def add(self, number: int, vector: Vector) -> None:
        """`number` must be higher than every number before."""
        self.extend(np.array([number], np.int64), vector[np.newaxis])

    def extend(self, numbers: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add many (n x 128): the numbers must ascend, and be higher than every number before."""
        with self._writing:
            chunks, done = list(self._chunks), 0
            while done < len(numbers):
                if chunks and chunks[-1].is_full and chunks[-1].may_grow:
                    chunks[-1] = packed(chunks[-1:], room=2 * len(chunks[-1]))
                elif not chunks or chunks[-1].is_full:
                    chunks.append(Chunk.empty(len(numbers) - done))
                before = chunks[-1].count
                chunks[-1] = chunks[-1].extended(numbers[done:], vectors[done:])
                done += chunks[-1].count - before
            self._chunks = tuple(chunks)

    def remove(self, numbers: Sequence[int]) -> None:
        """Forget faces; numbers that aren't here don't matter."""
        gone = np.array(numbers, np.int64)
        with self._writing:
            kept: list[Chunk] = []
            for chunk in (chunk.without(gone) for chunk in self._chunks):
                if kept and kept[-1].fits_with(chunk):
                    kept[-1] = packed([kept[-1], chunk])
                elif len(chunk):
                    kept.append(packed([chunk]) if chunk.is_sparse else chunk)
            self._chunks = tuple(kept)

    def vector(self, number: int) -> Vector:
        """The vector of a face. Raises KeyError when it isn't here (any more)."""
        for chunk in self._chunks:
            place = chunk.place(number)
            if place is not None:
                return chunk.columns[:, place].copy()
        raise KeyError(number)

    def holds(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which faces are here, by number."""
        here = [chunk.present for chunk in self._chunks]
        return np.isin(numbers, np.concatenate(here)) if here else np.zeros(len(numbers), dtype=bool)

    def nearest(self, probe: Vector, most: int) -> Neighbours:
        """The `most` faces with the highest cosine to a unit vector; of equals those with the lowest numbers.

        The cosines of all faces in 32 bits tell who can be among them; those few are compared again in 64 bits.
        """
        chunks = self._chunks
        probe = np.ascontiguousarray(probe, np.float32)
        numbers, cosines = _cosines(chunks, _best(_scores(chunks, probe), most), probe.astype(np.float64))
        order = (-cosines).argsort(kind="stable")[:most]
        return Neighbours(numbers[order], cosines[order])


def _scores(chunks: Sequence[Chunk], probe: Vector) -> NDArray[np.float32]:
    """The cosine of every place, chunk after chunk; minus infinity where no face is, and up to a full group."""
    begins = list(accumulate((chunk.count for chunk in chunks), initial=0))
    count = begins.pop()
    scores = _scratch(-(-count // _LARGEST_GROUP) * _LARGEST_GROUP)
    scores[count:] = -np.inf

    def score(piece: tuple[Chunk, int]) -> None:
        chunk, begin = piece
        chunk.score(probe, scores[begin : begin + chunk.count])

    crew.do(score, list(zip(chunks, begins, strict=True)))
    return scores


def _scratch(size: int) -> NDArray[np.float32]:
    """Room for that many scores, the thread's own and used again: new memory costs as much as searching."""
    held = getattr(_kept, "scores", None)
    if held is None or not size <= len(held) <= 4 * size + _LARGEST_GROUP:
        held = _kept.scores = np.empty(size, np.float32)
    room: NDArray[np.float32] = held[:size]
    return room


def _best(scores: NDArray[np.float32], most: int) -> NDArray[np.intp]:
    """The places, ascending, of the faces that can be among the `most` best, and of few others.

    At least `most` places reach the `most`-th best of all groups' bests.
    """
    wanted = min(max(1, len(scores) // (_GROUPS_PER_FACE * max(most, 1))), _LARGEST_GROUP)
    best = np.maximum.reduce(scores.reshape(-1, 1 << wanted.bit_length() - 1), axis=1)
    bound = _NOBODY
    if 0 < most < len(best):
        best.partition(len(best) - most)
        bound = max(bound, float(best[len(best) - most]) - 2 * _ROUNDING)
    return (scores >= bound).nonzero()[0]


def _cosines(
    chunks: Sequence[Chunk], places: NDArray[np.intp], probe: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers and 64-bit cosines of the faces at places; as those, the numbers ascend."""
    numbers, cosines = np.empty(len(places), np.int64), np.empty(len(places), np.float64)
    begin = done = 0
    for chunk in chunks:
        until = int(places.searchsorted(begin + chunk.count))
        for first in range(done, until, _TOGETHER):
            piece = slice(first, min(first + _TOGETHER, until))
            own = places[piece] - begin
            numbers[piece] = chunk.numbers[own]
            vectors = np.ascontiguousarray(chunk.columns.take(own, axis=1).T, np.float64)
            vectors *= probe
            # Row by row, so that equal vectors get equal cosines wherever they are.
            vectors.sum(axis=1, out=cosines[piece])
        begin, done = begin + chunk.count, until
    return numbers, np.clip(cosines, -1, 1, out=cosines)
