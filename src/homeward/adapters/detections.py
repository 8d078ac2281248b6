"""DetectionStore on DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeward.adapters.dynamodb import Item, event_put, get, put, transact, update
from homeward.domain.audit import AuditEvent
from homeward.domain.detections import Detection, DetectionState, Outcome
from homeward.domain.errors import ConflictError, NotFoundError


def moved(
    table: str,
    detection_id: str,
    from_states: Sequence[DetectionState],
    to: DetectionState,
    changes: Mapping[str, Any],
    at: str,
    outcome: Outcome | None = None,
) -> Item:
    """The operation that moves a detection on, for a transaction."""
    values = {f"from_{number}": state.value for number, state in enumerate(from_states)}
    everything = {**changes, "state": to.value, f"{to.value.lower()}_at": at}
    if outcome:
        everything["outcome"] = outcome.value
    condition = f"#state IN ({', '.join(f':{name}' for name in values)})"
    return update(table, {"detection_id": detection_id}, everything, condition, **values)


@dataclass(frozen=True, slots=True)
class DynamoDetectionStore:
    """Table `detections`, key `detection_id`."""

    table: str
    audit_table: str

    def receive(self, detection: Detection, event: AuditEvent) -> bool:
        """See the port."""
        row = {**detection.to_json(), "state": DetectionState.RECEIVED.value, "received_at": event.at}
        try:
            transact(put(self.table, row, "attribute_not_exists(detection_id)"), event_put(self.audit_table, event))
        except ConflictError:
            return False
        return True

    def get(self, detection_id: str) -> dict[str, Any]:
        """See the port."""
        row = get(self.table, {"detection_id": detection_id})
        if row is None:
            raise NotFoundError(f"no detection {detection_id}")
        return row

    def advance(
        self,
        detection_id: str,
        from_states: Sequence[DetectionState],
        to: DetectionState,
        changes: Mapping[str, Any],
        event: AuditEvent,
        outcome: Outcome | None = None,
    ) -> None:
        """See the port."""
        operation = moved(self.table, detection_id, from_states, to, changes, event.at, outcome)
        transact(operation, event_put(self.audit_table, event))
