"""Confirm Alert: the alert topic's own receipt tells within seconds which alerts went out, whoever published them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.cases import CaseKey
from homeward.domain.claims import AlertKind
from homeward.domain.errors import ClaimLostError, InputError, NotFoundError
from homeward.domain.ports import AuditLog, Clock
from homeward.steps.mark_sent import Marked, MarkSent

_ALERTS = (AlertKind.ALERT, AlertKind.ESCALATION)
UNCLAIMED, UNKNOWN = "UNCLAIMED", "UNKNOWN"


@dataclass(frozen=True, slots=True)
class ConfirmAlert:
    """Takes what SNS hands to a function. A receipt of nobody is no error, or it would come again and again."""

    marker: MarkSent
    audit: AuditLog
    clock: Clock
    actor: str = "function:confirm_alert"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return `{"receipts": [{"detection_id", "message_id", "found"}]}`.

        `found` is one of `Marked`, UNCLAIMED (sent, but the claim had gone to somebody else), UNKNOWN (no detection of
        ours), or the kind of a message that is no alert.
        """
        return {"receipts": [self._confirm(record["Sns"]) for record in event["Records"]]}

    def _confirm(self, receipt: Mapping[str, Any]) -> dict[str, Any]:
        message_id = str(receipt["MessageId"])
        try:
            alert = json.loads(receipt["Message"])
            kind, detection_id = AlertKind(alert["kind"]), str(alert["alert_id"])
            case, place = CaseKey.parse(alert["case"]), str(alert["place"])
        except (ValueError, KeyError, TypeError, InputError):
            return {"detection_id": None, "message_id": message_id, "found": UNKNOWN}
        found = self._mark(case, place, detection_id, message_id) if kind in _ALERTS else kind.value
        return {"detection_id": detection_id, "message_id": message_id, "found": found}

    def _mark(self, case: CaseKey, place: str, detection_id: str, message_id: str) -> str:
        try:
            found = self.marker.mark(case, place, detection_id, message_id).value
        except ClaimLostError:
            found = UNCLAIMED
        except NotFoundError:
            found = UNKNOWN
        if found in (UNCLAIMED, Marked.TWICE):  # must never be; if it is, the trail says so
            about = (self.actor, "confirm_alert", f"detection:{detection_id}", found)
            self.audit.append(audit_event(self.clock(), *about, case=str(case), details={"message_id": message_id}))
        return found
