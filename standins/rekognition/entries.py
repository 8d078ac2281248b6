"""What the database keeps, as the rest of the service sees it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Collection:
    """`number` is never used again, so a deleted collection's paging tokens can't meet a new one of the same name."""

    number: int
    name: str
    model_version: str
    created: float


@dataclass(frozen=True)
class FaceEntry:
    """What is kept of a face besides its vector. `box` (left, top, width, height) are shares of the picture's sides;
    `rank` is the face's place among all faces of its picture, largest first; no external id is the empty string."""

    image_id: str
    external_image_id: str
    rank: int
    box: tuple[float, float, float, float]
    confidence: float


@dataclass(frozen=True)
class StoredFace:
    """An entry with the numbers it got; `number` grows with every face of the store. `user_id`: whose face it is."""

    number: int
    face_id: str
    entry: FaceEntry
    user_id: str | None = None


@dataclass(frozen=True)
class User:
    """`faces` is how many faces are associated; `number` grows with every user of the store."""

    number: int
    user_id: str
    faces: int

    @property
    def status(self) -> str:
        """AWS's word. Nothing here is ever half done, so nobody is ever UPDATING."""
        return "ACTIVE" if self.faces else "CREATED"
