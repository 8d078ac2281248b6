"""When something happens to a case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from standins.namus.records import stamp


class Clock:
    """Tells the time as the site writes it: the real one, or one that starts with a day and goes a second per look."""

    def __init__(self, day: date | None) -> None:
        self._start = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
        self._looks = count(1)

    def now(self) -> str:
        """Later than every time before, and than every change that a generated case states."""
        if self._start is None:
            return stamp(datetime.now(UTC))
        return stamp(self._start + timedelta(seconds=next(self._looks)))
