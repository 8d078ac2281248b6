"""Faces as JSON, ready to be put into an answer: a search may list 4,096, and building each anew takes most of it.

What is kept of a face never changes, and no number is given twice. So nothing here can become wrong: whether a face is
still there, and whose it is, is asked anew each time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

import msgspec

from standins.rekognition.answers import stored_face
from standins.rekognition.entries import StoredFace

MOST = 65_536  # faces; about 30 MB


class ReadyFaces:
    """A bounded store of JSON by number; `read` gives faces from the database."""

    def __init__(self, read: Callable[[list[int]], Mapping[int, StoredFace]]) -> None:
        self._read = read
        self._kept: dict[int, msgspec.Raw] = {}
        self._writing = threading.Lock()

    def get(self, numbers: Iterable[int], of_users: set[int]) -> dict[int, msgspec.Raw]:
        """The JSON of each face that is there. Those `of_users` are read anew: whose a face is may change."""
        wanted, kept = list(numbers), self._kept
        found = {number: kept[number] for number in wanted if number in kept and number not in of_users}
        if len(found) < len(wanted):
            new = self._read([number for number in wanted if number not in found])
            ready = {number: msgspec.Raw(msgspec.json.encode(stored_face(face))) for number, face in new.items()}
            self._keep({number: ready[number] for number, face in new.items() if face.user_id is None})
            found |= ready
        return found

    def _keep(self, new: Mapping[int, msgspec.Raw]) -> None:
        with self._writing:  # readers hold the dictionary that they began with
            kept = self._kept if len(self._kept) + len(new) <= MOST else {}
            self._kept = {**kept, **new} if len(new) <= MOST else kept
