"""LookAlikeStore on DynamoDB: a pair is two items, so that either case finds the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from homeward.adapters.dynamodb import event_put, put, query, scan, transact
from homeward.domain.audit import AuditEvent
from homeward.domain.cases import CaseKey
from homeward.domain.detections import iso
from homeward.domain.ports import LookAlike


@dataclass(frozen=True, slots=True)
class DynamoLookAlikeStore:
    """Table `look_alikes`, key (`case`, `other`)."""

    table: str
    audit_table: str

    def mark(self, pair: LookAlike, events: Sequence[AuditEvent]) -> None:
        """See the port."""
        said = {"by": pair.by, "why": pair.why, "at": iso(pair.at)}
        transact(
            put(self.table, {"case": str(pair.case), "other": str(pair.other), **said}),
            put(self.table, {"case": str(pair.other), "other": str(pair.case), **said}),
            *(event_put(self.audit_table, event) for event in events),
        )

    def of(self, case: CaseKey) -> frozenset[CaseKey]:
        """See the port."""
        names = {"#case": "case"}
        return frozenset(
            CaseKey.parse(item["other"]) for item in query(self.table, "#case = :case", names=names, case=str(case))
        )

    def pairs(self) -> Iterator[tuple[CaseKey, CaseKey]]:
        """See the port."""
        for item in scan(self.table, "case,other"):
            one, other = CaseKey.parse(item["case"]), CaseKey.parse(item["other"])
            if one < other:
                yield one, other
