"""Watch Operations: read how it goes, from a handful of small things, and put it where alarms look."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeward.domain.audit_format import end_of
from homeward.domain.errors import NotFoundError
from homeward.domain.operations import LATEST, OperationsState, latest_key, share_passed
from homeward.domain.ports import Clock, Metrics, ObjectStore, ReviewStore


@dataclass(frozen=True, slots=True)
class WatchOperations:
    """`sealed` tells the newest sealed hour of the audit log."""

    objects: ObjectStore
    bucket: str
    reviews: ReviewStore
    sealed: Callable[[], str | None]
    out: Metrics
    clock: Clock

    def __call__(self) -> dict[str, float]:
        """Put the metrics; return them by name."""
        found = {name.value: value for name, value in self.state().metrics().items()}
        self.out.put(found, self.clock())
        return found

    def state(self) -> OperationsState:
        """How it goes now."""
        now, hour = self.clock(), self.sealed()
        expired, reconciled = self._latest("expire_records"), self._latest("reconcile_collection")
        shares = [
            share_passed(datetime.fromisoformat(one["asked_at"]), datetime.fromisoformat(one["expires_at"]), now)
            for one in self.reviews.list_open()
        ]
        return OperationsState(
            at=now,
            synced=self._synced(),
            sealed_until=end_of(hour) if hour else None,
            oldest_review=round(max(shares), 3) if shares else None,
            drift_left=reconciled and reconciled["left"],
            erasures_late=expired and expired["late"],
        )

    def _synced(self) -> dict[str, datetime]:
        found = {}
        for stored in self.objects.listed(self.bucket, f"{LATEST}/sync_"):
            dag = stored.key.removeprefix(f"{LATEST}/").removesuffix(".json")
            if latest := self._latest(dag):
                found[dag] = datetime.fromisoformat(latest["at"])
        return found

    def _latest(self, dag: str) -> Any:
        try:
            return json.loads(self.objects.get(self.bucket, latest_key(dag)))
        except NotFoundError:
            return None
