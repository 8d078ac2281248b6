"""Request Review: ask a person, and keep the token with which the answer resumes the execution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.ports import Clock, ReviewStore
from homeward.steps.reserve_alert import claim_of


@dataclass(frozen=True, slots=True)
class RequestReview:
    """RESERVED -> IN_REVIEW. The state machine waits until `AnswerReview` or its timeout."""

    reviews: ReviewStore
    clock: Clock
    actor: str = "function:request_review"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "decision", "search", "token"}`."""
        detection, claim = claim_of(event)
        now = self.clock()
        question = {name: event[name] for name in ("detection", "decision", "search")}
        record = audit_event(
            now,
            self.actor,
            "request_review",
            f"detection:{detection.detection_id}",
            "OPEN",
            case=str(claim.case),
            reasons=tuple(event["decision"]["reasons"]),
            policy_version=event["decision"]["policy_version"],
        )
        expires_at = now + timedelta(seconds=event["decision"]["review_seconds"])
        self.reviews.open(detection.detection_id, event["token"], question, expires_at, record)
        return {"detection_id": detection.detection_id}
