"""Request Review: ask people, and keep the token with which the answer resumes the execution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.claims import Claim
from homeward.domain.errors import NotFoundError, ReviewExpiredError
from homeward.domain.ports import Clock, Machines, ReviewStore
from homeward.domain.reviews import ReviewState, handed_over
from homeward.steps.claiming import again_when_lost, claim_of


@dataclass(frozen=True, slots=True)
class RequestReview:
    """RESERVED -> IN_REVIEW. The state machine waits until `AnswerReview` or its timeout.

    A question that was answered before, to an execution that didn't hear it, is not asked again.
    """

    reviews: ReviewStore
    machines: Machines
    clock: Clock
    actor: str = "function:request_review"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "decision", "search", "expires_at", "token"}`; ReviewExpiredError after `expires_at`."""
        _, claim = claim_of(event)
        return again_when_lost(lambda: self._ask(claim, event))

    def _ask(self, claim: Claim, event: Mapping[str, Any]) -> dict[str, Any]:
        now, expires_at = self.clock(), datetime.fromisoformat(event["expires_at"])
        review = self._review(claim.holder)
        if review.get("state") == ReviewState.DECIDED:
            self.reviews.reopen(claim.holder, event["token"], self._event(claim, event, now, "DECIDED_BEFORE"))
            self.machines.succeed(event["token"], handed_over(review))
        elif now >= expires_at:
            raise ReviewExpiredError(f"nobody answered the review of {claim.holder} by {event['expires_at']}")
        else:
            question = {name: event[name] for name in ("detection", "decision", "search")}
            reviewers, asked = int(event["decision"]["reviewers"]), self._event(claim, event, now, "OPEN")
            self.reviews.open(claim.holder, event["token"], question, reviewers, expires_at, asked)
        return {"detection_id": claim.holder}

    def _review(self, detection_id: str) -> dict[str, Any]:
        try:
            return self.reviews.get(detection_id)
        except NotFoundError:
            return {}

    def _event(self, claim: Claim, event: Mapping[str, Any], now: datetime, outcome: str) -> AuditEvent:
        return audit_event(
            now,
            self.actor,
            "request_review",
            f"detection:{claim.holder}",
            outcome,
            case=str(claim.case),
            reasons=tuple(event["decision"]["reasons"]),
            policy_version=event["decision"]["policy_version"],
        )
