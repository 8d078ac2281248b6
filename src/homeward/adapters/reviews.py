"""ReviewStore on DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeward.adapters.detections import moved
from homeward.adapters.dynamodb import event_put, get, query, transact, update
from homeward.domain.audit import AuditEvent
from homeward.domain.detections import DetectionState, iso
from homeward.domain.errors import ConflictError, NotFoundError, ReviewClosedError

OPEN, DECIDED = "OPEN", "DECIDED"


@dataclass(frozen=True, slots=True)
class DynamoReviewStore:
    """Table `reviews`, key `detection_id`; its index `open_reviews` holds the unanswered ones."""

    table: str
    detections_table: str
    audit_table: str

    def open(
        self, detection_id: str, token: str, question: Mapping[str, Any], expires_at: datetime, event: AuditEvent
    ) -> None:
        """See the port."""
        review = {
            "state": OPEN,
            "open": OPEN,
            "token": token,
            "question": question,
            "case": event.case,
            "asked_at": event.at,
            "expires_at": iso(expires_at),
        }
        unanswered = "attribute_not_exists(detection_id) OR #state = :set_open"
        source = (DetectionState.RESERVED, DetectionState.IN_REVIEW)
        transact(
            update(self.table, {"detection_id": detection_id}, review, unanswered),
            moved(self.detections_table, detection_id, source, DetectionState.IN_REVIEW, {}, event.at),
            event_put(self.audit_table, event),
        )

    def get(self, detection_id: str) -> dict[str, Any]:
        """See the port."""
        review = get(self.table, {"detection_id": detection_id})
        if review is None:
            raise NotFoundError(f"no review for detection {detection_id}")
        return review

    def list_open(self) -> list[dict[str, Any]]:
        """See the port."""
        return list(query(self.table, "#open = :open", index="open_reviews", names={"#open": "open"}, open=OPEN))

    def decide(
        self, detection_id: str, verdict: str, reviewer: str, note: str, now: datetime, event: AuditEvent
    ) -> None:
        """See the port."""
        decided = {"state": DECIDED, "verdict": verdict, "reviewer": reviewer, "note": note, "decided_at": iso(now)}
        still_open = "#state = :is_open AND expires_at > :now"
        operation = update(
            self.table,
            {"detection_id": detection_id},
            decided,
            still_open,
            remove=("open",),
            is_open=OPEN,
            now=iso(now),
        )
        try:
            transact(operation, event_put(self.audit_table, event))
        except ConflictError as late:
            raise ReviewClosedError(f"the review of {detection_id} is answered already, or its time ran out") from late
