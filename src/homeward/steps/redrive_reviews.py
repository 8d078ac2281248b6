"""Redrive Reviews: look after the questions to people, so that no answer and no time limit gets lost."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import DetectionState
from homeward.domain.errors import ConflictError, NotFoundError, ReviewClosedError, ReviewExpiredError
from homeward.domain.ports import Clock, Executions, Machines, ReviewStore, WorkStore
from homeward.domain.redrive import Redrive
from homeward.domain.reviews import ReviewState, handed_over
from homeward.steps.redrive_round import go_round
from homeward.steps.redrive_work import RedriveWork


@dataclass(frozen=True, slots=True)
class RedriveReviews:
    """Each detection that is IN_REVIEW: its execution is told that the question is open, answered, or over.

    When nobody waits for the word any more, the detection is looked at like any other that stopped halfway. A question
    whose detection has ended without it is closed: nobody can answer it any more.
    """

    rows: WorkStore
    reviews: ReviewStore
    machines: Machines
    executions: Executions
    redrive: RedriveWork
    clock: Clock
    actor: str = "dag:redrive_stuck"

    def __call__(self, limit: int) -> dict[str, Any]:
        """Look at `limit` reviews at most; see `go_round` for the answer."""
        waiting = self.rows.unfinished([DetectionState.IN_REVIEW], self.clock(), limit)
        asked = [str(review["detection_id"]) for review in self.reviews.list_open()]
        return go_round(list(dict.fromkeys([*waiting, *asked]))[:limit], self._look)

    def _look(self, detection_id: str) -> str:
        try:
            return self._tell(self.reviews.get(detection_id))
        except (ReviewClosedError, NotFoundError):
            found = self.redrive(detection_id)
            if found == Redrive.ENDED:
                self._close(detection_id)
            return found

    def _close(self, detection_id: str) -> None:
        about = (self.actor, "expire_review", f"detection:{detection_id}", Redrive.ENDED)
        with suppress(ConflictError):  # it was answered, or never asked
            self.reviews.expire(detection_id, audit_event(self.clock(), *about))

    def _tell(self, review: dict[str, Any]) -> str:
        token = review["token"]
        if review["state"] == ReviewState.DECIDED:
            self.machines.succeed(token, handed_over(review))
            return "HANDED_OVER"
        if self.clock() >= datetime.fromisoformat(review["expires_at"]):
            self.executions.fail(token, ReviewExpiredError.__name__, "nobody answered in time")
            return "EXPIRED"
        self.executions.heartbeat(token)
        return "OPEN"
