"""What a reviewer sees of one question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.case_facts import CaseFacts
from homeward.domain.cases import Case, CaseKey, Photo
from homeward.domain.detections import Picture


@dataclass(frozen=True, slots=True)
class SeenPhoto:
    """A photo that can be shown, with its similarity to the probe; None for one that wasn't found."""

    photo: Photo
    similarity: float | None


@dataclass(frozen=True, slots=True)
class SeenCandidate:
    """A case with its photos, the most similar first. `case` is None when we hold it no more."""

    key: CaseKey
    case: Case | None
    facts: CaseFacts
    photos: tuple[SeenPhoto, ...]

    @property
    def similarity(self) -> float:
        """The best of its photos, 0-100."""
        return max((photo.similarity or 0.0 for photo in self.photos), default=0.0)


@dataclass(frozen=True, slots=True)
class SeenReview:
    """The stored review, the probe, and every candidate, the one that is asked about first."""

    review: Mapping[str, Any]
    probe: Picture
    candidates: tuple[SeenCandidate, ...]

    @property
    def question(self) -> Mapping[str, Any]:
        """What was asked: `detection`, `decision`, `search`."""
        question: Mapping[str, Any] = self.review["question"]
        return question
