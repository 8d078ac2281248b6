"""FailureStore on DynamoDB. The table is small: what succeeds leaves it in the transaction that stores the case."""

from __future__ import annotations

from dataclasses import dataclass

from homeward.adapters.dynamodb import Item, event_put, put, scan, transact
from homeward.domain.audit import AuditEvent
from homeward.domain.cases import CaseKey
from homeward.domain.ports import FetchFailure


@dataclass(frozen=True, slots=True)
class DynamoFailureStore:
    """Table `failures` (key `case`)."""

    table: str
    audit_table: str

    def failed(self, source: str, case_set: str) -> set[str]:
        """See the port."""
        keys = (CaseKey.parse(item["case"]) for item in scan(self.table, projection="case"))
        return {key.number for key in keys if (key.source, key.case_set) == (source, case_set)}

    def record(self, failure: FetchFailure, event: AuditEvent) -> None:
        """See the port."""
        item: Item = {
            "case": str(failure.case),
            "run": failure.run,
            "at": failure.at.isoformat(),
            "error": failure.error,
            "problem": failure.problem,
        }
        transact(put(self.table, item), event_put(self.audit_table, event))
