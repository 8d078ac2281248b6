"""Rows of similarities become comparisons of photos with people: as matching does it, by the best photo of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from homeward.domain.bias.models import Comparisons

KEPT_FROM = 50.0  # far below every threshold that anybody uses; what is less similar is counted, and not kept
MOST_LISTED = 4096  # faces that Rekognition lists for one photo; it leaves out the least similar
_FOREIGN = -1  # the position of a face that came since the measurement was planned


class Matrix:
    """Takes the rows one by one, in any order, and keeps what is at least KEPT_FROM."""

    def __init__(self, faces: Sequence[str], subject_of: NDArray[np.int32]) -> None:
        self._position = {face: n for n, face in enumerate(faces)}
        self._subject_of = subject_of
        self._parts: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]] = []
        self._complete_from = KEPT_FROM

    def add(self, face: str, similar: Mapping[str, float]) -> None:
        """The other faces' similarities (0-100) to one face; of faces that nobody asked about it takes none.

        A list as long as the service's longest was cut off.
        """
        if len(similar) >= MOST_LISTED:
            least = float(np.nextafter(np.float32(min(similar.values())), np.float32(101)))
            self._complete_from = max(self._complete_from, least)
        photos = np.fromiter(map(self._position.get, similar, repeat(_FOREIGN)), np.int32, len(similar))
        values = np.fromiter(similar.values(), np.float32, len(similar))
        probe = self._position[face]
        kept = (photos != _FOREIGN) & (photos != probe) & (values >= KEPT_FROM)
        subjects, values = self._subject_of[photos[kept]], values[kept]
        best = best_of(subjects, values)
        self._parts.append((np.full(len(best), probe, np.int32), subjects[best], values[best]))

    def comparisons(self) -> Comparisons:
        """All that was added, by probe."""
        parts = sorted((part for part in self._parts if len(part[0])), key=lambda part: int(part[0][0]))
        return Comparisons(
            self._complete_from,
            np.concatenate([np.empty(0, np.int32), *(probe for probe, _, _ in parts)]),
            np.concatenate([np.empty(0, np.int32), *(subject for _, subject, _ in parts)]),
            np.concatenate([np.empty(0, np.float32), *(similarity for _, _, similarity in parts)]),
        )


def best_of(subjects: NDArray[np.int32], values: NDArray[np.float32]) -> NDArray[np.intp]:
    """The place of each subject's highest value, by subject."""
    order = np.lexsort((-values, subjects))
    ranked = subjects[order]
    return order[np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]][: len(ranked)])]
