"""SuppressionList on DynamoDB: a table of its own, so that it outlives the cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from homeward.adapters.dynamodb import Item, batch_get, delete, event_put, put, scan, transact
from homeward.domain.audit import AuditEvent
from homeward.domain.cases import CaseKey
from homeward.domain.suppressions import Suppression, SuppressionReason

_REQUEST_STAYS = "attribute_not_exists(#reason) OR #reason <> :requested"


@dataclass(frozen=True, slots=True)
class DynamoSuppressionList:
    """Table `suppressions` (key `case`)."""

    table: str
    audit_table: str

    def entries(self, keys: Iterable[CaseKey]) -> dict[CaseKey, Suppression]:
        """See the port."""
        items = batch_get(self.table, [{"case": str(key)} for key in dict.fromkeys(keys)])
        return {entry.case: entry for entry in map(_read, items)}

    def all(self) -> Iterator[Suppression]:
        """See the port."""
        return map(_read, scan(self.table))

    def add(self, suppression: Suppression, event: AuditEvent) -> None:
        """See the port."""
        transact(suppression_put(self.table, suppression), event_put(self.audit_table, event))

    def lift(self, case: CaseKey, event: AuditEvent) -> None:
        """See the port."""
        gone = delete(self.table, {"case": str(case)}, "attribute_exists(#case)", {"#case": "case"})
        transact(gone, event_put(self.audit_table, event))


def suppression_put(table: str, suppression: Suppression) -> Item:
    """The Put of an entry. What a source says never replaces what a person asked for."""
    item: Item = {
        "case": str(suppression.case),
        "reason": suppression.reason.value,
        "since": suppression.since.isoformat(),
        "by": suppression.by,
        "note": suppression.note,
    }
    if not suppression.ends_with_return:
        return put(table, item)
    requested = SuppressionReason.REQUESTED.value
    return put(table, item, _REQUEST_STAYS, {"#reason": "reason"}, requested=requested)


def _read(item: Item) -> Suppression:
    return Suppression(
        case=CaseKey.parse(item["case"]),
        reason=SuppressionReason(item["reason"]),
        since=datetime.fromisoformat(item["since"]),
        by=item["by"],
        note=item.get("note", ""),
    )
