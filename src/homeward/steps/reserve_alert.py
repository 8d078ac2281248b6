"""Reserve Alert: at most one detection may alert per (case, place, quiet window)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.cases import CaseKey
from homeward.domain.detections import Detection, Outcome, Verdict
from homeward.domain.errors import ConflictError
from homeward.domain.ports import AlertStore, Clock, PolicySource, Reservation


def claim_of(event: Mapping[str, Any]) -> tuple[Detection, Reservation]:
    """Read `{"detection", "decision"}`: the detection and the claim that it makes."""
    detection = Detection.from_json(event["detection"])
    case = CaseKey.parse(event["decision"]["best"]["case"])
    return detection, Reservation(case, detection.place, detection.detection_id)


@dataclass(frozen=True, slots=True)
class ReserveAlert:
    """ASSESSED -> RESERVED, or FINISHED as DUPLICATE."""

    alerts: AlertStore
    policy: PolicySource
    clock: Clock
    actor: str = "function:reserve_alert"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "decision"}`; returns `{"reserved": bool}`."""
        detection, claim = claim_of(event)
        policy, now = self.policy(), self.clock()
        # While a person thinks, the claim must not run out.
        waiting = event["decision"]["review_seconds"] if event["decision"]["verdict"] == Verdict.REVIEW else 0
        lease = policy.lease_seconds + waiting
        about = (self.actor, "reserve_alert", f"detection:{detection.detection_id}")
        try:
            reserved = audit_event(now, *about, "RESERVED", case=str(claim.case), policy_version=policy.version)
            self.alerts.reserve(claim, now, policy.quiet_seconds, lease, reserved)
        except ConflictError:
            repeat = audit_event(now, *about, Outcome.DUPLICATE, case=str(claim.case), policy_version=policy.version)
            self.alerts.count_repeat(claim, now, repeat)
            return {"reserved": False}
        return {"reserved": True}
