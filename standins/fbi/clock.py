"""When something happens to an item."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

FIRST_YEAR = datetime(2025, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)


class Clock:
    """Tells the real time, or one that starts with a day and goes a second per look."""

    def __init__(self, day: date | None) -> None:
        self._start = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
        self._looks = count(1)

    def now(self) -> datetime:
        """Later than every change that a generated item states; whole seconds."""
        if self._start is None:
            return datetime.now(UTC).replace(microsecond=0)
        return self._start + timedelta(seconds=next(self._looks))


def modified(moment: datetime) -> str:
    """As items state their last change: 2024-09-09T16:58:56+00:00."""
    return moment.isoformat(timespec="seconds")


def publication(moment: datetime) -> str:
    """As items state when they were published: the same without a zone."""
    return modified(moment.replace(tzinfo=None))


def yearly(seconds: int, today: date) -> datetime:
    """The last moment before today that lies so many seconds after the start of a year of 365 days.

    So what changes once a year keeps its time until it changes again, whenever the server starts.
    """
    first = FIRST_YEAR + timedelta(seconds=seconds)
    now = datetime(today.year, today.month, today.day, tzinfo=UTC)
    return first + YEAR * ((now - first) // YEAR)
