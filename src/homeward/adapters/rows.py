"""Rows on DynamoDB: a table seen as rows without meaning, whose key the table itself tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from homeward.adapters.aws import aws_errors, client
from homeward.adapters.dynamodb import Item, delete, event_put, get, scan, transact, update
from homeward.domain.audit import AuditEvent


@cache
def _key_of(table: str) -> tuple[str, ...]:
    with aws_errors():
        schema = client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
    return tuple(part["AttributeName"] for part in schema)


@dataclass(frozen=True, slots=True)
class DynamoRows:
    """Table `table`, which holds what `name` says."""

    name: str
    table: str
    audit_table: str

    @property
    def key(self) -> tuple[str, ...]:
        """See the port."""
        return _key_of(self.table)

    def all(self) -> Iterator[dict[str, Any]]:
        """See the port."""
        return scan(self.table, consistent=True)

    def get(self, **key: str) -> dict[str, Any] | None:
        """See the port."""
        return get(self.table, key)

    def delete(self, row: Mapping[str, Any], event: AuditEvent) -> None:
        """See the port."""
        condition, names, values = self._as_read(row)
        gone = delete(self.table, {name: row[name] for name in self.key}, condition, names, **values)
        transact(gone, event_put(self.audit_table, event))

    def replace(self, row: Mapping[str, Any], by: Mapping[str, Any], event: AuditEvent) -> None:
        """See the port. Only what differs is written, so what somebody adds meanwhile stays."""
        condition, names, values = self._as_read(row)
        changes = {name: value for name, value in by.items() if row.get(name) != value}
        gone = [name for name in row if name not in by]
        change = update(self.table, {name: row[name] for name in self.key}, changes, condition, gone, **values)
        change["Update"]["ExpressionAttributeNames"] |= names
        transact(change, event_put(self.audit_table, event))

    def _as_read(self, row: Mapping[str, Any]) -> tuple[str, dict[str, str], Item]:
        """The condition that nobody has changed anything that was read."""
        known = [name for name in row if name not in self.key]
        parts = ["attribute_exists(#key)", *(f"#a{number} = :a{number}" for number, _ in enumerate(known))]
        names = {"#key": self.key[0], **{f"#a{number}": name for number, name in enumerate(known)}}
        return " AND ".join(parts), names, {f"a{number}": row[name] for number, name in enumerate(known)}
