"""Retract Alert: an alert that went out turned out wrong; whoever got it is told."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from homeward.domain.alerts import Lead, RetractionReason, alert_attributes, alert_subject, alert_texts
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.cases import CaseKey
from homeward.domain.claims import AlertKind, AlertState, Slot, SlotState
from homeward.domain.detections import Detection, iso
from homeward.domain.errors import NotFoundError
from homeward.domain.ports import AlertChange, AlertStore, CaseStore, Clock, DetectionStore, Publisher
from homeward.domain.retention import RETRACTABLE
from homeward.steps.claiming import again_when_lost

WRONG_PERSON = RetractionReason.WRONG_PERSON


@dataclass(frozen=True, slots=True)
class RetractAlert:
    """SENT -> RETRACTED, then one message to the same topic; done again after a crash, it sends what is still to send.

    A retraction that comes twice does no harm, one that never comes does: the message's id is noted after it is sent.
    """

    alerts: AlertStore
    detections: DetectionStore
    cases: CaseStore
    publisher: Publisher
    topic_arn: str
    clock: Clock

    def __call__(self, detection_id: str, reason: RetractionReason, actor: str) -> None:
        """Raise NotFoundError for a detection without an alert that stands.

        `actor` is who takes it back: `person:<name>` or `dag:<name>`.
        """
        detection = self.detections.get(detection_id)
        best = (detection.get("decision") or {}).get("best")
        if best is None:
            raise NotFoundError(f"{detection_id} has raised no alert")
        again_when_lost(lambda: self._retract(CaseKey.parse(best["case"]), detection, reason, actor))

    def retract_of(self, case: CaseKey, reason: RetractionReason, actor: str) -> list[str]:
        """Retract a case's alerts of the last 30 days; returns their detections."""
        rows = self.alerts.sent_of(case, self.clock() - RETRACTABLE)
        detection_ids = [str(row["alert_id"]) for row in rows]
        for detection_id in detection_ids:
            with suppress(NotFoundError):  # its detection was erased: there is nothing to tell of it
                self(detection_id, reason, actor)
        return detection_ids

    def _retract(self, case: CaseKey, detection: Mapping[str, Any], reason: RetractionReason, actor: str) -> None:
        detection_id, place = str(detection["detection_id"]), str(detection["place"])
        row = next((one for one in self.alerts.history(case, place) if one["alert_id"] == detection_id), {})
        state, told = row.get("state"), bool(row.get("retraction_id"))
        if state not in (AlertState.SENT, AlertState.RETRACTED):
            raise NotFoundError(f"{detection_id} has raised no alert")
        # That it is another person says more than that the case is closed: it keeps the window quiet.
        news = state == AlertState.SENT or (reason is WRONG_PERSON and row["retracted_because"] != WRONG_PERSON)
        if told and not news:
            raise NotFoundError(f"the alert of {detection_id} is retracted already")
        if news:
            self._take_back(case, detection, reason, actor, AlertState(state))
        if not told:
            self._tell(case, place, detection, reason, actor)

    def _tell(
        self, case: CaseKey, place: str, detection: Mapping[str, Any], reason: RetractionReason, actor: str
    ) -> None:
        known, detection_id = self.cases.get_cases([case]).get(case), str(detection["detection_id"])
        if known is None:
            raise NotFoundError(f"case {case} is gone")
        lead = Lead(
            Detection.from_json(dict(detection)), detection["decision"], known, AlertKind.RETRACTION, reason=reason
        )
        texts, attributes = alert_texts(lead), alert_attributes(lead)
        message_id = self.publisher.publish(self.topic_arn, alert_subject(lead), texts, attributes)
        told = AlertChange(case, place, detection_id, row={"state": AlertState.RETRACTED, "retraction_id": message_id})
        self.alerts.write(told, self._event(case, detection_id, actor, "TOLD", reason, message_id))

    def _take_back(
        self, case: CaseKey, detection: Mapping[str, Any], reason: RetractionReason, actor: str, was: AlertState
    ) -> None:
        now, place, detection_id = self.clock(), str(detection["place"]), str(detection["detection_id"])
        row = {"state": AlertState.RETRACTED, "retracted_at": iso(now), "retracted_because": reason.value}
        slot = self._rejected(case, detection) if reason is WRONG_PERSON else None
        change = AlertChange(case, place, detection_id, slot, row, row_was=was)
        self.alerts.write(change, self._event(case, detection_id, actor, AlertState.RETRACTED, reason, None))

    def _rejected(self, case: CaseKey, detection: Mapping[str, Any]) -> Slot:
        """The slot that remembers it; the alert that was wrong, or that this was a clearer sighting of, ends there."""
        slots, similarity = self.alerts.slots(case, detection["place"]), detection["decision"]["best"]["similarity"]
        current, held = slots.current, slots.claimed_by(detection["detection_id"])
        own = held is not None and current.state is SlotState.SENT and current.holder in (held.holder, held.of)
        return current.rejected(similarity, self.clock()) if own else current.warned(similarity, self.clock())

    def _event(
        self,
        case: CaseKey,
        detection_id: str,
        actor: str,
        outcome: str,
        reason: RetractionReason,
        message_id: str | None,
    ) -> AuditEvent:
        about = (actor, "retract_alert", f"detection:{detection_id}", outcome)
        details = {"message_id": message_id} if message_id else {}
        return audit_event(self.clock(), *about, case=str(case), reasons=(reason.value,), details=details)
