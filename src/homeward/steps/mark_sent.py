"""Mark Sent: the alert is out; from here the quiet window counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.cases import CaseKey
from homeward.domain.claims import AlertState, Slot, SlotState
from homeward.domain.detections import UNFINISHED, DetectionState, Outcome, iso
from homeward.domain.errors import ClaimLostError
from homeward.domain.ports import AlertChange, AlertStore, Clock, DetectionStore, Move
from homeward.steps.claiming import again_when_lost, claim_of
from homeward.steps.crops import Crops


class Marked(StrEnum):
    """What marking found: nothing was known yet, all was known, or another message is known as this alert."""

    NOW = "NOW"
    BEFORE = "BEFORE"
    TWICE = "TWICE"


@dataclass(frozen=True, slots=True)
class MarkSent:
    """PENDING -> SENT, and the detection -> FINISHED as ALERTED; the same whether the publisher or a receipt tells."""

    alerts: AlertStore
    detections: DetectionStore
    crops: Crops
    clock: Clock
    actor: str = "function:mark_sent"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "decision", "message_id"}`. ClaimLostError."""
        _, claim = claim_of(event)
        self.mark(claim.case, claim.place, claim.holder, event["message_id"])
        return {"outcome": Outcome.ALERTED.value}

    def mark(self, case: CaseKey, place: str, detection_id: str, message_id: str) -> Marked:
        """Note that the alert of a detection went out as this message."""
        return again_when_lost(lambda: self._mark(case, place, detection_id, message_id))

    def _mark(self, case: CaseKey, place: str, detection_id: str, message_id: str) -> Marked:
        detection = self.detections.get(detection_id)
        if detection.get("message_id"):
            return Marked.BEFORE if detection["message_id"] == message_id else Marked.TWICE
        slot = self.alerts.slots(case, place).published_by(detection_id)
        if slot is None:
            raise ClaimLostError(f"{detection_id} holds no claim on {case} at {place}")
        now = self.clock()
        move = self._move(detection, slot.message_id or message_id)
        if slot.state is SlotState.SENT and move is None:
            return Marked.BEFORE if slot.message_id == message_id else Marked.TWICE
        known = slot.state is SlotState.SENT
        sent = slot if known else slot.sent(message_id, now)
        change = AlertChange(case, place, detection_id, None if known else sent, _row(sent), move=move)
        decision = detection.get("decision", {})
        record = audit_event(
            now,
            self.actor,
            "publish_alert",
            f"detection:{detection_id}",
            Outcome.ALERTED,
            case=str(case),
            reasons=tuple(decision.get("reasons", ())),
            policy_version=decision.get("policy_version"),
            details={"message_id": sent.message_id, "kind": sent.kind.value},
        )
        self.alerts.write(change, record)
        return Marked.BEFORE if known else Marked.NOW

    def _move(self, detection: Mapping[str, Any], message_id: str) -> Move | None:
        """One that is being done again ends here, too; one that has ended otherwise stays as it is."""
        if detection["state"] == DetectionState.FINISHED and detection["outcome"] != Outcome.FAILED:
            return None
        changes = {"message_id": message_id, **self.crops.terms(Outcome.ALERTED, self.clock())}
        return Move(UNFINISHED, DetectionState.FINISHED, changes, Outcome.ALERTED, after_failure=True)


def _row(slot: Slot) -> dict[str, Any]:
    at = iso(slot.sent_at) if slot.sent_at else None
    return {"state": AlertState.SENT, "sent_at": at, "message_id": slot.message_id, "kind": slot.kind.value}
