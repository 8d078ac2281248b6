"""AuditHours on DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from homeward.adapters.dynamodb import Item, query, scan


@dataclass(frozen=True, slots=True)
class DynamoAuditHours:
    """Table `audit`, key (`hour`, `event_id`)."""

    table: str

    def first(self) -> str | None:
        """See the port."""
        return min((item["hour"] for item in scan(self.table, "hour", consistent=True)), default=None)

    def events(self, hour: str) -> Iterator[Item]:
        """See the port."""
        return query(self.table, "#hour = :hour", names={"#hour": "hour"}, consistent=True, hour=hour)
