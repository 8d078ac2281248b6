"""AlertStore on DynamoDB: one slot item per (case, place) decides who may alert, beside it the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from homeward.adapters.detections import moved
from homeward.adapters.dynamodb import Item, event_put, get, put, transact, update
from homeward.domain.audit import AuditEvent
from homeward.domain.detections import DetectionState, Outcome, iso
from homeward.domain.errors import ConflictError
from homeward.domain.ports import Reservation

SLOT = "#current"  # sorts before every detection id
PENDING, SENT, RELEASED, REPEAT = "PENDING", "SENT", "RELEASED", "REPEAT"
_CLAIMED = (DetectionState.RESERVED, DetectionState.IN_REVIEW)
_MAY_CLAIM = (
    "attribute_not_exists(alert_id) OR #state = :released OR (#holder = :set_holder AND #state = :pending)"
    " OR (#state = :pending AND #lease_until < :now) OR (#state = :sent AND sent_at < :quiet_since)"
)
_HOLDS = "#holder = :set_holder AND #state = :pending"


def _key(claim: Reservation, alert_id: str) -> Item:
    return {"case_place": f"{claim.case}#{claim.place}", "alert_id": alert_id}


@dataclass(frozen=True, slots=True)
class DynamoAlertStore:
    """Table `alerts`, key (`case_place`, `alert_id`)."""

    table: str
    detections_table: str
    audit_table: str

    def reserve(
        self, claim: Reservation, now: datetime, quiet_seconds: int, lease_seconds: int, event: AuditEvent
    ) -> None:
        """See the port."""
        slot = {"holder": claim.holder, "state": PENDING, "lease_until": iso(now + timedelta(seconds=lease_seconds))}
        quiet_since = iso(now - timedelta(seconds=quiet_seconds))
        values = {"released": RELEASED, "pending": PENDING, "sent": SENT, "now": iso(now), "quiet_since": quiet_since}
        alert = {**_key(claim, claim.holder), "state": PENDING, "reserved_at": iso(now)}
        transact(
            update(self.table, _key(claim, SLOT), slot, _MAY_CLAIM, **values),
            put(self.table, alert),
            self._moved(claim, (DetectionState.ASSESSED, DetectionState.RESERVED), DetectionState.RESERVED, now),
            event_put(self.audit_table, event),
        )

    def count_repeat(self, claim: Reservation, now: datetime, event: AuditEvent) -> None:
        """See the port."""
        repeat = {**_key(claim, claim.holder), "state": REPEAT, "seen_at": iso(now)}
        transact(
            put(self.table, repeat),
            self._moved(claim, (DetectionState.ASSESSED,), DetectionState.FINISHED, now, Outcome.DUPLICATE),
            event_put(self.audit_table, event),
        )

    def sent_message(self, claim: Reservation) -> str | None:
        """See the port."""
        slot = get(self.table, _key(claim, SLOT)) or {}
        if slot.get("holder") != claim.holder or slot.get("state") not in (PENDING, SENT):
            raise ConflictError(f"{claim.holder} holds no claim on {claim.case} at {claim.place}")
        return str(slot["message_id"]) if slot["state"] == SENT else None

    def mark_sent(self, claim: Reservation, now: datetime, message_id: str, event: AuditEvent) -> None:
        """See the port."""
        sent = {"state": SENT, "sent_at": iso(now), "message_id": message_id}
        transact(
            update(self.table, _key(claim, SLOT), {**sent, "holder": claim.holder}, _HOLDS, pending=PENDING),
            update(self.table, _key(claim, claim.holder), sent, "attribute_exists(alert_id)"),
            self._moved(claim, _CLAIMED, DetectionState.FINISHED, now, Outcome.ALERTED),
            event_put(self.audit_table, event),
        )

    def release(self, claim: Reservation, now: datetime, outcome: Outcome, event: AuditEvent) -> None:
        """See the port."""
        released = {"state": RELEASED, "released_at": iso(now), "released_as": outcome.value}
        operations = [
            update(self.table, _key(claim, SLOT), {**released, "holder": claim.holder}, _HOLDS, pending=PENDING),
            update(self.table, _key(claim, claim.holder), released, "attribute_exists(alert_id)"),
            event_put(self.audit_table, event),
        ]
        if outcome is not Outcome.FAILED:
            operations.append(self._moved(claim, _CLAIMED, DetectionState.FINISHED, now, outcome))
        transact(*operations)

    def _moved(
        self,
        claim: Reservation,
        source: tuple[DetectionState, ...],
        to: DetectionState,
        now: datetime,
        end: Outcome | None = None,
    ) -> Item:
        return moved(self.detections_table, claim.holder, source, to, {}, iso(now), end)
