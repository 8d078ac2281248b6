"""Answer Review: a person's verdict, recorded first, then handed to the waiting execution."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import iso
from homeward.domain.errors import InputError, ReviewClosedError
from homeward.domain.ports import Clock, Machines, ReviewStore
from homeward.domain.reviews import MAX_NOTE, ReviewAnswer, ReviewState, ReviewVerdict, handed_over, verdict_of
from homeward.steps.claiming import again_when_lost


@dataclass(frozen=True, slots=True)
class AnswerReview:
    """Saying the same again after the decision is harmless: it repeats the hand-over, in case the first was lost."""

    reviews: ReviewStore
    machines: Machines
    clock: Clock

    def __call__(
        self, detection_id: str, verdict: ReviewVerdict, reviewer: str, note: str = ""
    ) -> ReviewVerdict | None:
        """Return the review's verdict, None while it waits for another person.

        NotFoundError for an unknown review, ReviewClosedError for one that is answered or ran out, InputError for a
        person who answers twice.
        """
        if not reviewer.strip() or len(note) > MAX_NOTE:
            raise InputError(f"a review needs the reviewer's name and a note of at most {MAX_NOTE} characters")
        review = again_when_lost(lambda: self._record(detection_id, verdict, reviewer, note))
        if review["verdict"] is None:
            return None
        try:
            self.machines.succeed(review["token"], handed_over(review))
        except ReviewClosedError as nobody:
            raise ReviewClosedError(
                f"the answer is recorded, but the execution of {detection_id} doesn't wait for it just now; "
                "if its time hasn't run out, it will ask again and find it"
            ) from nobody
        return ReviewVerdict(review["verdict"])

    def _record(self, detection_id: str, verdict: ReviewVerdict, reviewer: str, note: str) -> dict[str, Any]:
        review, now = self.reviews.get(detection_id), self.clock()
        before = [ReviewAnswer(**answer) for answer in review["answers"]]
        if review["state"] == ReviewState.DECIDED and (verdict, reviewer) in [(a.verdict, a.reviewer) for a in before]:
            return review
        if review["state"] != ReviewState.OPEN or iso(now) >= review["expires_at"]:
            raise ReviewClosedError(_closed(review))
        answers = [*before, ReviewAnswer(verdict, reviewer, note, iso(now))]
        decided = verdict_of(answers, review["reviewers"])
        event = audit_event(
            now,
            f"person:{reviewer}",
            "answer_review",
            f"detection:{detection_id}",
            verdict,
            case=str(review["case"]),
            details={"note": note, "decided": decided},
        )
        self.reviews.answer(detection_id, answers, decided, now, event)
        return {**review, "verdict": decided, "answers": [asdict(answer) for answer in answers]}


def _closed(review: dict[str, Any]) -> str:
    if review["state"] == ReviewState.DECIDED:
        return f"the review of {review['detection_id']} is answered already: {review['verdict']}"
    return f"the time for the review of {review['detection_id']} ran out at {review['expires_at']}"
