"""ReviewStore on DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from homeward.adapters.detections import moved
from homeward.adapters.dynamodb import Item, count, event_put, get, query, transact, update
from homeward.domain.audit import AuditEvent
from homeward.domain.detections import DetectionState, iso
from homeward.domain.errors import NotFoundError
from homeward.domain.ports import Move
from homeward.domain.reviews import ReviewAnswer, ReviewState, ReviewVerdict

_ASKED = Move((DetectionState.RESERVED, DetectionState.IN_REVIEW), DetectionState.IN_REVIEW)
_OPEN, _INDEX, _NAMES = "#open = :open", "open_reviews", {"#open": "open"}


@dataclass(frozen=True, slots=True)
class DynamoReviewStore:
    """Table `reviews`, key `detection_id`; its index `open_reviews` holds those that are OPEN."""

    table: str
    detections_table: str
    audit_table: str

    def open(
        self,
        detection_id: str,
        token: str,
        question: Mapping[str, Any],
        reviewers: int,
        expires_at: datetime,
        event: AuditEvent,
    ) -> None:
        """See the port."""
        review = {
            "state": ReviewState.OPEN.value,
            "open": ReviewState.OPEN.value,
            "token": token,
            "question": question,
            "reviewers": reviewers,
            "case": event.case,
            "asked_at": event.at,
            "expires_at": iso(expires_at),
        }
        key, undecided = {"detection_id": detection_id}, "attribute_not_exists(detection_id) OR #state <> :decided"
        asked = update(self.table, key, review, undecided, decided=ReviewState.DECIDED.value)
        transact(asked, self._asked(detection_id, event), event_put(self.audit_table, event))

    def reopen(self, detection_id: str, token: str, event: AuditEvent) -> None:
        """See the port."""
        key, state = {"detection_id": detection_id}, {"token": token, "state": ReviewState.DECIDED.value}
        kept = update(self.table, key, state, "#state = :set_state")
        transact(kept, self._asked(detection_id, event), event_put(self.audit_table, event))

    def get(self, detection_id: str) -> dict[str, Any]:
        """See the port."""
        review = get(self.table, {"detection_id": detection_id})
        if review is None:
            raise NotFoundError(f"no review for detection {detection_id}")
        return {"answers": [], "verdict": None, **review}

    def list_open(self, limit: int | None = None) -> list[dict[str, Any]]:
        """See the port."""
        opened = query(self.table, _OPEN, index=_INDEX, names=_NAMES, limit=limit, open=ReviewState.OPEN.value)
        return list(islice(opened, limit))

    def count_open(self) -> int:
        """See the port."""
        return count(self.table, _OPEN, index=_INDEX, names=_NAMES, open=ReviewState.OPEN.value)

    def answer(
        self,
        detection_id: str,
        answers: Sequence[ReviewAnswer],
        verdict: ReviewVerdict | None,
        now: datetime,
        event: AuditEvent,
    ) -> None:
        """See the port."""
        state = ReviewState.DECIDED if verdict else ReviewState.OPEN
        changes: dict[str, Any] = {"state": state.value, "answers": [asdict(answer) for answer in answers]}
        if verdict:
            changes |= {"verdict": verdict.value, "decided_at": iso(now)}
        values: dict[str, Any] = {"opened": ReviewState.OPEN.value, "now": iso(now)}
        unchanged = "attribute_not_exists(#answers)"
        if len(answers) > 1:
            unchanged, values = "size(#answers) = :before", {**values, "before": len(answers) - 1}
        key, condition = {"detection_id": detection_id}, f"#state = :opened AND expires_at > :now AND {unchanged}"
        operation = update(self.table, key, changes, condition, remove=("open",) if verdict else (), **values)
        transact(operation, event_put(self.audit_table, event))

    def expire(self, detection_id: str, event: AuditEvent) -> None:
        """See the port."""
        key, expired = {"detection_id": detection_id}, {"state": ReviewState.EXPIRED.value}
        operation = update(
            self.table, key, expired, "#state = :opened", remove=("open",), opened=ReviewState.OPEN.value
        )
        transact(operation, event_put(self.audit_table, event))

    def _asked(self, detection_id: str, event: AuditEvent) -> Item:
        return moved(self.detections_table, detection_id, _ASKED, event.at)
