"""Sightings: rows of the alerts table, each a detection of a case at a place, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

Sighting = dict[str, Any]


def by_day(sightings: Iterable[Sighting], days: Iterable[date]) -> list[tuple[date, int, int]]:
    """For each day, how many raised an alert of their own, and how many did not."""
    counted = {day.isoformat(): [0, 0] for day in days}
    for row in sightings:
        counted[row["day"]][0 if row.get("sent_at") else 1] += 1
    return [(date.fromisoformat(day), *counts) for day, counts in counted.items()]  # type: ignore[misc]
