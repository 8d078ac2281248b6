"""Mark Sent: from here the quiet window counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import Outcome
from homeward.domain.ports import AlertStore, Clock
from homeward.steps.reserve_alert import claim_of


@dataclass(frozen=True, slots=True)
class MarkSent:
    """RESERVED or IN_REVIEW -> FINISHED as ALERTED."""

    alerts: AlertStore
    clock: Clock
    actor: str = "function:mark_sent"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "decision", "message_id"}`."""
        detection, claim = claim_of(event)
        if self.alerts.sent_message(claim) is None:
            now = self.clock()
            record = audit_event(
                now,
                self.actor,
                "publish_alert",
                f"detection:{detection.detection_id}",
                Outcome.ALERTED,
                case=str(claim.case),
                reasons=tuple(event["decision"]["reasons"]),
                policy_version=event["decision"]["policy_version"],
                details={"message_id": event["message_id"]},
            )
            self.alerts.mark_sent(claim, now, event["message_id"], record)
        return {"outcome": Outcome.ALERTED.value}
