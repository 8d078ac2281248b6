"""KeptDetections on DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homeward.adapters.dynamodb import scan
from homeward.domain.detections import iso


@dataclass(frozen=True, slots=True)
class DynamoKeptDetections:
    """Table `detections`. A replay is rare and reads it all: an index by time would cost every detection a write."""

    table: str

    def between(self, since: datetime, until: datetime) -> list[str]:
        """See the port."""
        first, end = iso(since), iso(until)
        rows = scan(self.table, "detection_id,captured_at")
        # What was erased has no time any more.
        found = sorted(
            (row["captured_at"], row["detection_id"]) for row in rows if first <= row.get("captured_at", "") < end
        )
        return [name for _, name in found]
