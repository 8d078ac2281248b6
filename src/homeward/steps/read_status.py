"""Read Status: what `homeward status` shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from homeward.domain.ports import CollectionState, PolicyPointer
from homeward.domain.status import SystemState
from homeward.steps.list_sightings import ListSightings
from homeward.steps.read_operations import ReadOperations

DAYS = 30  # in which the last alert is looked for


@dataclass(frozen=True, slots=True)
class ReadStatus:
    """`made_at` tells when all of it was deployed."""

    operations: ReadOperations
    collection: Callable[[], CollectionState]
    policy: Callable[[], PolicyPointer]
    sightings: ListSightings
    made_at: Callable[[], datetime]

    def __call__(self) -> SystemState:
        """Return what is so now."""
        sent = [row["sent_at"] for row in self.sightings(DAYS) if row.get("sent_at")]
        last = datetime.fromisoformat(max(sent)) if sent else None
        return SystemState(self.operations(), self.collection(), self.policy(), last, self.made_at())
