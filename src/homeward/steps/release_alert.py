"""Release Alert: give the claim back when a person said no, nobody answered, or publishing failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.detections import UNFINISHED, DetectionState, Outcome
from homeward.domain.errors import ConflictError
from homeward.domain.ports import AlertStore, Clock, DetectionStore
from homeward.steps.reserve_alert import claim_of


@dataclass(frozen=True, slots=True)
class ReleaseAlert:
    """RESERVED or IN_REVIEW -> FINISHED with the outcome that is given (FAILED: Record Failure finishes it)."""

    alerts: AlertStore
    detections: DetectionStore
    clock: Clock
    actor: str = "function:release_alert"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "decision", "outcome"}`; returns `{"outcome"}`."""
        detection, claim = claim_of(event)
        outcome, now = Outcome(event["outcome"]), self.clock()
        about = (self.actor, "release_alert", f"detection:{detection.detection_id}")
        record = audit_event(now, *about, outcome, case=str(claim.case))
        try:
            self.alerts.release(claim, now, outcome, record)
        except ConflictError:  # an earlier try came through, or the lease ran out and another detection holds it
            self._finish(detection.detection_id, outcome, record)
        return {"outcome": outcome.value}

    def _finish(self, detection_id: str, outcome: Outcome, record: AuditEvent) -> None:
        if outcome is Outcome.FAILED:
            return
        try:
            self.detections.advance(detection_id, UNFINISHED, DetectionState.FINISHED, {}, record, outcome)
        except ConflictError:  # finished already
            return
