"""The vectors of one collection's users in memory. A user's vector changes with every face that comes or goes."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from standins.rekognition.faces import Vector
from standins.rekognition.gallery import Gallery


class UserGallery:
    """A gallery takes numbers in rising order only, so each new vector of a user gets a number of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gallery = Gallery.empty()
        self._last = 0
        self._entries: dict[int, int] = {}  # user -> its vector's number
        self._users: dict[int, int] = {}  # and back

    def put(self, user: int, vector: Vector | None) -> None:
        """Replace a user's vector, or forget the user."""
        with self._lock:
            before = self._entries.pop(user, None)
            if before is not None:
                del self._users[before]
                self._gallery.remove([before])
            if vector is not None:
                self._extend(np.array([user], np.int64), vector[np.newaxis])

    def extend(self, users: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add the vectors (n x 128) of many users who have none yet."""
        with self._lock:
            self._extend(users, vectors)

    def vector(self, user: int) -> Vector | None:
        """A user's vector, None for one who has none."""
        with self._lock:
            entry = self._entries.get(user)
            return None if entry is None else self._gallery.vector(entry)

    def nearest(self, probe: Vector, most: int) -> dict[int, float]:
        """The cosines of the `most` users with the highest ones, highest first."""
        with self._lock:
            near = self._gallery.nearest(probe, most)
            return {
                self._users[int(number)]: float(cosine)
                for number, cosine in zip(near.numbers, near.cosines, strict=True)
            }

    def _extend(self, users: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        entries = np.arange(self._last + 1, self._last + 1 + len(users), dtype=np.int64)
        self._last += len(users)
        self._entries.update(zip(users.tolist(), entries.tolist(), strict=True))
        self._users.update(zip(entries.tolist(), users.tolist(), strict=True))
        self._gallery.extend(entries, vectors)
