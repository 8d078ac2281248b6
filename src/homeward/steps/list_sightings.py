"""List Sightings: what was seen of whom, where and when, and what became of it, over some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from homeward.domain.cases import CaseKey
from homeward.domain.detections import camera_of
from homeward.domain.errors import InputError
from homeward.domain.ports import AlertStore, Clock
from homeward.domain.sightings import Sighting

MOST_DAYS = 90


@dataclass(frozen=True, slots=True)
class ListSightings:
    """Days are UTC, by when the picture was taken."""

    alerts: AlertStore
    clock: Clock

    def __call__(self, days: int, case: CaseKey | None = None, camera: str | None = None) -> list[Sighting]:
        """The rows of the newest `days` (today is one of them), newest first; InputError for too many days."""
        if not 1 <= days <= MOST_DAYS:
            raise InputError(f"sightings are shown for 1 to {MOST_DAYS} days, not {days}")
        rows = (row for day in self.days(days) for row in self.alerts.of_day(day))
        wanted = [row for row in rows if _fits(row, case, camera)]
        return sorted(wanted, key=_seen_at, reverse=True)

    def days(self, count: int) -> list[date]:
        """The newest days, oldest first."""
        today = self.clock().date()
        return [today - timedelta(days=back) for back in reversed(range(count))]


def _fits(row: Sighting, case: CaseKey | None, camera: str | None) -> bool:
    return (case is None or row["case"] == str(case)) and (camera is None or camera_of(row["alert_id"]) == camera)


def _seen_at(row: Sighting) -> str:
    return str(row.get("seen_at") or row.get("reserved_at") or row["day"])
