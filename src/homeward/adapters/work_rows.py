"""WorkStore on DynamoDB: the rows of a table with the sparse index `unfinished` (`unfinished`, `moved_at`).

`unfinished` is the row's state; FAILED for one that is FINISHED as FAILED. Rows that ended for good lack it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from homeward.adapters.dynamodb import Item, event_put, get, query, transact, update
from homeward.domain.audit import AuditEvent
from homeward.domain.detections import iso
from homeward.domain.errors import NotFoundError
from homeward.domain.redrive import MAX_REDRIVES, Standing, Work

INDEX = "unfinished"


@dataclass(frozen=True, slots=True)
class DynamoWorkStore:
    """Table `table`, whose key is the attribute `key`; `payload` makes the machine's input of a row."""

    table: str
    key: str
    payload: Callable[[Item], Mapping[str, Any]]
    audit_table: str

    def unfinished(self, states: Sequence[str], before: datetime, limit: int) -> list[str]:
        """See the port."""
        found: list[str] = []
        for state in states:
            rows = query(
                self.table,
                "#state = :state AND moved_at < :before",
                index=INDEX,
                names={"#state": INDEX},
                state=state,
                before=iso(before),
            )
            found += [str(row[self.key]) for row in islice(rows, limit - len(found))]
        return found

    def get(self, work_id: str) -> Work:
        """See the port."""
        row = get(self.table, {self.key: work_id})
        if row is None:
            raise NotFoundError(f"there is no {self.key} {work_id}")
        return Work(
            work_id=work_id,
            payload={} if "erased_at" in row else self.payload(row),
            state=row["state"],
            outcome=row.get("outcome"),
            moved_at=datetime.fromisoformat(row["moved_at"]) if "moved_at" in row else None,
            redrives=row.get("redrives", 0),
            allowed=row.get("redrives_allowed", MAX_REDRIVES),
            problem=row.get("failure", {}).get("error", ""),
            given_up="gave_up" in row and row.get("outcome") == Standing.FAILED,
        )

    def begin_again(self, work: Work, allowed: int, event: AuditEvent) -> None:
        """See the port."""
        changes = {
            "state": Standing.RECEIVED.value,
            INDEX: Standing.RECEIVED.value,
            "moved_at": event.at,
            "redrives": work.redrives + 1,
            "redrives_allowed": allowed,
        }
        self._write(work, changes, ("outcome", "failure", "gave_up"), event)

    def give_up(self, work: Work, letter: Mapping[str, Any], event: AuditEvent) -> None:
        """See the port."""
        changes = {
            "state": Standing.FINISHED.value,
            "outcome": Standing.FAILED.value,
            "gave_up": {"at": event.at, "letter": letter},
        }
        self._write(work, changes, (INDEX, "moved_at"), event)

    def _write(self, work: Work, changes: Mapping[str, Any], remove: Sequence[str], event: AuditEvent) -> None:
        values = {"was": work.state}
        if work.moved_at:
            values["seen"] = iso(work.moved_at)
        condition = f"#state = :was AND {'#moved_at = :seen' if work.moved_at else 'attribute_exists(#gave_up)'}"
        operation = update(self.table, {self.key: work.work_id}, changes, condition, remove, **values)
        transact(operation, event_put(self.audit_table, event))
