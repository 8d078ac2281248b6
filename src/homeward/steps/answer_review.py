"""Answer Review: a person's verdict, recorded first, then handed to the waiting execution."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from homeward.domain.audit import audit_event
from homeward.domain.errors import InputError
from homeward.domain.ports import Clock, Machines, ReviewStore

MAX_NOTE = 1000  # characters


class ReviewVerdict(StrEnum):
    """What a reviewer can say."""

    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class AnswerReview:
    """Saying the same again is harmless: it only repeats the hand-over, in case the first one was lost."""

    reviews: ReviewStore
    machines: Machines
    clock: Clock

    def __call__(self, detection_id: str, verdict: ReviewVerdict, reviewer: str, note: str = "") -> None:
        """Raise NotFoundError for an unknown review, ReviewClosedError for one that is answered or ran out."""
        if not reviewer.strip() or len(note) > MAX_NOTE:
            raise InputError(f"a review needs the reviewer's name and a note of at most {MAX_NOTE} characters")
        review = self.reviews.get(detection_id)
        if (review.get("verdict"), review.get("reviewer")) != (verdict.value, reviewer):
            self._record(detection_id, review, verdict, reviewer, note)
        self.machines.succeed(review["token"], {"verdict": verdict.value, "reviewer": reviewer})

    def _record(
        self, detection_id: str, review: dict[str, object], verdict: ReviewVerdict, reviewer: str, note: str
    ) -> None:
        now = self.clock()
        event = audit_event(
            now,
            f"person:{reviewer}",
            "answer_review",
            f"detection:{detection_id}",
            verdict.value,
            case=str(review["case"]),
            details={"note": note} if note else {},
        )
        self.reviews.decide(detection_id, verdict.value, reviewer, note, now, event)
