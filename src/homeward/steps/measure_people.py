"""Measure People: the same comparisons as in the live collection, for labelled photos of somebody's own."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from homeward.domain.admission import Refusal, picture_refusal
from homeward.domain.errors import InputError
from homeward.domain.ports import IndexResult

MAX_BYTES = 5 * 1024 * 1024  # Rekognition's limit for a picture that is sent with the request
CALLERS, AHEAD = 4, 64
SAME_PICTURE = "SAME_PICTURE"  # byte for byte a picture of the same person that counts already
Show = Callable[[str, int, int], None]
_A = TypeVar("_A")
_B = TypeVar("_B")


class Faces(Protocol):
    """A collection of this measurement's own."""

    def index(self, picture: bytes, name: str) -> IndexResult:
        """Add the one usable face of a picture."""

    def row(self, face_id: str) -> Mapping[str, float]:
        """Similarity (0-100) of every other face that is listed, by face id."""

    def search(self, picture: bytes) -> Mapping[str, float] | None:
        """Similarity of every face that is listed to the largest one of a picture; None without a face."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The faces that were made, in order, each with the position of its person; why the other pictures gave none."""

    faces: tuple[str, ...]
    person_of: tuple[int, ...]
    refused: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MeasurePeople:
    """Sends pictures, CALLERS at a time; `show` is told (what, how many done, of how many)."""

    faces: Faces
    show: Show

    def enrol(self, people: Sequence[Sequence[Path]]) -> Enrolled:
        """Index the pictures of each person."""
        pictures = [(n, path) for n, paths in enumerate(people) for path in paths]
        seen: dict[tuple[int, str], Path] = {}
        results = list(self._each("index photos", pictures, lambda one: self._index(*one, seen)))
        made = [(result.face_id, n) for (n, _), result in zip(pictures, results, strict=True) if result.face_id]
        refused = Counter(result.reason or Refusal.NO_FACE.value for result in results if not result.face_id)
        return Enrolled(tuple(face for face, _ in made), tuple(n for _, n in made), dict(refused))

    def rows(self, enrolled: Enrolled) -> Iterator[tuple[str, Mapping[str, float]]]:
        """Yield each face with the others' similarities to it, in order."""
        yield from zip(enrolled.faces, self._each("compare faces", enrolled.faces, self.faces.row), strict=True)

    def strangers(self, people: Sequence[Sequence[Path]]) -> Iterator[tuple[int, Mapping[str, float] | None]]:
        """Yield for each picture of people who aren't enrolled the person's position, and whom it looks like."""
        pictures = [(n, path) for n, paths in enumerate(people) for path in paths]
        found = self._each("search people who are not enrolled", pictures, lambda one: self._search(one[1]))
        yield from zip((n for n, _ in pictures), found, strict=True)

    def _index(self, person: int, path: Path, seen: dict[tuple[int, str], Path]) -> IndexResult:
        data = _read(path)
        if reason := _refusal(data):
            return IndexResult(None, reason)
        digest = hashlib.sha256(data).hexdigest()
        if seen.setdefault((person, digest), path) is not path:
            return IndexResult(None, SAME_PICTURE)
        return self.faces.index(data, f"{person}-{digest}")  # one name twice would be one face

    def _search(self, path: Path) -> Mapping[str, float] | None:
        data = _read(path)
        return None if _refusal(data) else self.faces.search(data)

    def _each(self, what: str, items: Sequence[_A], work: Callable[[_A], _B]) -> Iterator[_B]:
        """What `work` makes of each item, in order; no more than AHEAD results wait to be taken."""
        self.show(what, 0, len(items))
        with ThreadPoolExecutor(CALLERS) as pool:
            for first in range(0, len(items), AHEAD):
                for n, result in enumerate(pool.map(work, items[first : first + AHEAD]), first + 1):
                    self.show(what, n, len(items))
                    yield result


def _read(path: Path) -> bytes:
    """A picture's bytes, never more than one over MAX_BYTES; InputError."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise InputError(f"{path} can't be read: {problem.strerror}") from problem


def _refusal(data: bytes) -> str | None:
    reason = Refusal.TOO_LARGE if len(data) > MAX_BYTES else picture_refusal(data)
    return reason.value if reason else None
