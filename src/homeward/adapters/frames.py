"""FrameStore on DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeward.adapters.dynamodb import batch_get, event_put, get, put, transact, update
from homeward.domain.audit import AuditEvent
from homeward.domain.errors import ConflictError, NotFoundError
from homeward.domain.frames import Frame, FrameOutcome, FrameState


@dataclass(frozen=True, slots=True)
class DynamoFrameStore:
    """Table `frames`, key `frame_id`. Rows that haven't ended for good carry what the index `unfinished` needs."""

    table: str
    detections_table: str
    audit_table: str

    def receive(self, frame: Frame, event: AuditEvent) -> bool:
        """See the port."""
        state = FrameState.RECEIVED.value
        row = {**frame.to_json(), "state": state, "received_at": event.at, "unfinished": state, "moved_at": event.at}
        try:
            transact(put(self.table, row, "attribute_not_exists(frame_id)"), event_put(self.audit_table, event))
        except ConflictError:
            return False
        return True

    def get(self, frame_id: str) -> dict[str, Any]:
        """See the port."""
        row = get(self.table, {"frame_id": frame_id})
        if row is None:
            raise NotFoundError(f"no frame {frame_id}")
        return row

    def advance(
        self,
        frame_id: str,
        from_states: Sequence[FrameState],
        to: FrameState,
        changes: Mapping[str, Any],
        event: AuditEvent,
        outcome: FrameOutcome | None = None,
    ) -> None:
        """See the port."""
        values = {f"from_{number}": state.value for number, state in enumerate(from_states)}
        everything = {**changes, "state": to.value, f"{to.value.lower()}_at": event.at}
        if outcome:
            everything["outcome"] = outcome.value
        ended = outcome not in (None, FrameOutcome.FAILED)
        if not ended:
            everything |= {"unfinished": (outcome or to).value, "moved_at": event.at}
        condition = f"#state IN ({', '.join(f':{name}' for name in values)})"
        gone = ("unfinished", "moved_at") if ended else ()
        operation = update(self.table, {"frame_id": frame_id}, everything, condition, gone, **values)
        transact(operation, event_put(self.audit_table, event))

    def note_deleted(self, frame_id: str, event: AuditEvent) -> None:
        """See the port."""
        condition = "attribute_exists(frame_id) AND attribute_not_exists(#picture_deleted_at)"
        operation = update(self.table, {"frame_id": frame_id}, {"picture_deleted_at": event.at}, condition)
        transact(operation, event_put(self.audit_table, event))

    def started(self, detection_ids: Sequence[str]) -> set[str]:
        """See the port."""
        rows = batch_get(self.detections_table, ({"detection_id": one} for one in detection_ids))
        return {row["detection_id"] for row in rows}
