"""Publish Alert: hand the lead to every subscriber through one SNS publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.alerts import alert_attributes, alert_texts
from homeward.domain.errors import NotFoundError
from homeward.domain.ports import AlertStore, CaseStore, Publisher
from homeward.steps.reserve_alert import claim_of


@dataclass(frozen=True, slots=True)
class PublishAlert:
    """Publishes only while the claim is held, and not again once it is SENT."""

    alerts: AlertStore
    cases: CaseStore
    publisher: Publisher
    topic_arn: str

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "decision", "reviewer"?}`; returns `{"message_id"}`."""
        detection, claim = claim_of(event)
        sent = self.alerts.sent_message(claim)
        if sent:
            return {"message_id": sent}
        case = self.cases.get_cases([claim.case]).get(claim.case)
        if case is None:
            raise NotFoundError(f"case {claim.case} is gone")
        texts = alert_texts(detection, event["decision"], case, event.get("reviewer"))
        attributes = alert_attributes(detection, event["decision"])
        return {"message_id": self.publisher.publish(self.topic_arn, f"Lead for {case.key.label}", texts, attributes)}
