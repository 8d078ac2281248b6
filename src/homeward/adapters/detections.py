"""DetectionStore on DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeward.adapters.dynamodb import Item, batch_get, event_put, get, put, transact, update
from homeward.domain.audit import AuditEvent
from homeward.domain.detections import Detection, DetectionState, Outcome
from homeward.domain.errors import ConflictError, NotFoundError
from homeward.domain.ports import Move


def moved(table: str, detection_id: str, move: Move, at: str) -> Item:
    """The operation that moves a detection on, for a transaction.

    `unfinished` and `moved_at` are there until it has ended well: their index finds what is stuck or failed.
    """
    values: dict[str, Any] = {f"from_{number}": state.value for number, state in enumerate(move.from_states)}
    condition = f"#state IN ({', '.join(f':{name}' for name in values)})"
    changes = {**move.changes, "state": move.to.value, f"{move.to.value.lower()}_at": at}
    if move.outcome:
        changes["outcome"] = move.outcome.value
    over = move.to is DetectionState.FINISHED and move.outcome is not Outcome.FAILED
    if not over:
        changes |= {"unfinished": (move.outcome or move.to).value, "moved_at": at}
    if move.after_failure:
        condition = f"{condition} OR (#state = :finished AND #outcome = :failed)"
        values |= {"finished": DetectionState.FINISHED.value, "failed": Outcome.FAILED.value}
    ended = ("unfinished", "moved_at") if over else ()
    return update(table, {"detection_id": detection_id}, changes, condition, remove=ended, **values)


@dataclass(frozen=True, slots=True)
class DynamoDetectionStore:
    """Table `detections`, key `detection_id`."""

    table: str
    audit_table: str

    def receive(self, detection: Detection, event: AuditEvent) -> bool:
        """See the port."""
        state = DetectionState.RECEIVED.value
        row = {
            **detection.to_json(),
            "state": state,
            "received_at": event.at,
            "unfinished": state,
            "moved_at": event.at,
        }
        try:
            transact(put(self.table, row, "attribute_not_exists(detection_id)"), event_put(self.audit_table, event))
        except ConflictError:
            return False
        return True

    def get(self, detection_id: str) -> dict[str, Any]:
        """See the port."""
        row = get(self.table, {"detection_id": detection_id})
        if row is None or "erased_at" in row:
            raise NotFoundError(f"no detection {detection_id}")
        return row

    def get_many(self, detection_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """See the port."""
        rows = batch_get(self.table, [{"detection_id": one} for one in dict.fromkeys(detection_ids)])
        return {row["detection_id"]: row for row in rows if "erased_at" not in row}

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
        move = Move(tuple(from_states), to, changes, outcome)
        transact(moved(self.table, detection_id, move, event.at), event_put(self.audit_table, event))
