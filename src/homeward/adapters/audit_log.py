"""AuditLog on DynamoDB: one partition per hour, and indexes by subject and by case."""

from __future__ import annotations

from dataclasses import dataclass, fields

from homeward.adapters.dynamodb import Item, event_put, query, transact
from homeward.domain.audit import AuditEvent


@dataclass(frozen=True, slots=True)
class DynamoAuditLog:
    """Table `audit`, key (`hour`, `event_id`)."""

    table: str

    def append(self, event: AuditEvent) -> None:
        """See the port."""
        transact(event_put(self.table, event))

    def story(self, subject: str) -> list[AuditEvent]:
        """See the port."""
        return [_event(item) for item in query(self.table, "subject = :subject", index="by_subject", subject=subject)]

    def story_of_case(self, case: str) -> list[AuditEvent]:
        """See the port."""
        names = {"#case": "case"}
        return [_event(item) for item in query(self.table, "#case = :case", index="by_case", names=names, case=case)]


def _event(item: Item) -> AuditEvent:
    known = {field.name for field in fields(AuditEvent)}
    values = {name: value for name, value in item.items() if name in known}
    return AuditEvent(**{**values, "reasons": tuple(values.get("reasons", ()))})
