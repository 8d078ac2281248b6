"""Users' vectors: the unit mean of the unit vectors of a user's faces.

AWS doesn't tell how it makes a user's vector; a mean is the plainest thing that gets better with every photo.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standins.rekognition.faces import DIMENSIONS

_SHORTEST = 1e-12
"""Vectors that cancel each other out have no direction, but may not divide by zero."""


def means(batches: Iterable[list[tuple[Any, ...]]]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Users and their vectors (n x 128), some thousand at a time, from rows (user, a face's vector) by rising user."""
    users, vectors = np.empty(0, np.int64), np.empty((0, DIMENSIONS), np.float32)
    for rows in batches:
        more_users, more_vectors = zip(*rows, strict=True)
        users = np.concatenate([users, np.array(more_users, np.int64)])
        vectors = np.concatenate([vectors, np.frombuffer(b"".join(more_vectors), "<f4").reshape(-1, DIMENSIONS)])
        whole = int(users.searchsorted(users[-1]))  # the last user may have more faces in the next batch
        if whole:
            yield _means(users[:whole], vectors[:whole])
        users, vectors = users[whole:], vectors[whole:]
    if len(users):
        yield _means(users, vectors)


def _means(users: NDArray[np.int64], vectors: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    found, begins = np.unique(users, return_index=True)
    sums = np.add.reduceat(vectors, begins, axis=0, dtype=np.float64)
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), _SHORTEST)
    return found, (sums / lengths).astype(np.float32)
