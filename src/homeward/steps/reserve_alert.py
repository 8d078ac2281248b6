"""Reserve Alert: at most one detection may alert per (case, place, quiet window)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.claims import AlertState, Answer, Claim, Reservation, SlotState, reserve
from homeward.domain.detections import Detection, DetectionState, Outcome, iso
from homeward.domain.policy import Policy
from homeward.domain.ports import AlertChange, AlertStore, Clock, DetectionStore, Move, PolicySource
from homeward.steps.claiming import again_when_lost, claim_of
from homeward.steps.crops import Crops

# RESERVED: by an earlier try whose answer was lost; another detection may have taken the slot since.
_UNCLAIMED = (DetectionState.ASSESSED, DetectionState.RESERVED)


@dataclass(frozen=True, slots=True)
class ReserveAlert:
    """ASSESSED -> RESERVED, or FINISHED as DUPLICATE or SUPPRESSED. The rules are in `domain/claims.py`."""

    alerts: AlertStore
    detections: DetectionStore
    crops: Crops
    policy: PolicySource
    clock: Clock
    actor: str = "function:reserve_alert"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "decision"}`; returns `{"outcome", "ask", "expires_at"}`.

        The outcome is RESERVED or the detection's end; `ask`: a person decides first, until `expires_at`.
        """
        detection, claim = claim_of(event)
        return again_when_lost(lambda: self._reserve(detection, claim))

    def _reserve(self, detection: Detection, claim: Claim) -> dict[str, Any]:
        row = self.detections.get(detection.detection_id)
        if row["state"] == DetectionState.FINISHED:  # an earlier try came through
            self.crops.settle(detection, row)
            return {"outcome": row["outcome"], "ask": False, "expires_at": None}
        policy, now = self.policy(), self.clock()
        answer = reserve(self.alerts.slots(claim.case, claim.place), claim, now, policy)
        event = self._event(claim, answer, policy, now)
        if answer.outcome is not Reservation.RESERVED:
            return self._end(detection, claim, answer, event, now)
        expires_at = iso(now + timedelta(seconds=policy.review_seconds)) if answer.ask else None
        self.alerts.write(_reserved(claim, answer, now), event)
        return {"outcome": answer.outcome.value, "ask": answer.ask, "expires_at": expires_at}

    def _end(
        self, detection: Detection, claim: Claim, answer: Answer, event: AuditEvent, now: datetime
    ) -> dict[str, Any]:
        outcome = Outcome(answer.outcome)
        terms = self.crops.terms(outcome, now)
        seen = {"state": AlertState(outcome), "seen_at": iso(now), "similarity": claim.similarity, "of": answer.of}
        move = Move(_UNCLAIMED, DetectionState.FINISHED, terms, outcome)
        self.alerts.write(AlertChange(claim.case, claim.place, claim.holder, row=seen, move=move), event)
        self.crops.settle(detection, terms)
        return {"outcome": outcome.value, "ask": False, "expires_at": None}

    def _event(self, claim: Claim, answer: Answer, policy: Policy, now: datetime) -> AuditEvent:
        return audit_event(
            now,
            self.actor,
            "reserve_alert",
            f"detection:{claim.holder}",
            answer.outcome,
            case=str(claim.case),
            policy_version=policy.version,
            details={
                "kind": answer.slot.kind.value if answer.slot else None,
                "ask": answer.ask,
                "of": answer.of,
                "similarity": claim.similarity,
            },
        )


def _reserved(claim: Claim, answer: Answer, now: datetime) -> AlertChange:
    move = Move(_UNCLAIMED, DetectionState.RESERVED)
    slot = answer.slot
    if slot is None or slot.state is SlotState.SENT:  # it is out already: Mark Sent will find that
        return AlertChange(claim.case, claim.place, claim.holder, move=move)
    row = {
        "state": AlertState.PENDING,
        "kind": slot.kind.value,
        "similarity": claim.similarity,
        "reserved_at": iso(now),
        "of": answer.of,
    }
    return AlertChange(claim.case, claim.place, claim.holder, slot, row, move=move)
