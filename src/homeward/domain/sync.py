"""Which cases a run is about: those created or modified in its window that we don't hold in that version."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from homeward.domain.errors import InputError
from homeward.domain.sources import IndexRow

BATCH_SIZE = 25  # cases per mapped task: a task costs about half a second whatever it does
MAX_BATCHES = 1024  # Airflow's limit for one expand (core.max_map_length)


def utc(text: str) -> datetime:
    """Read an ISO time; one without a zone is UTC, as NamUs's are (so far as anybody can tell)."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not an ISO 8601 time, e.g. 2026-11-22T00:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, without its end."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise InputError(f"the window ends ({self.until}) before it begins ({self.since}); swap since and until")

    @classmethod
    def parse(cls, since: str, until: str) -> Window:
        """Read both ends; InputError when they aren't times or in the wrong order."""
        return cls(utc(since), utc(until))

    def holds(self, row: IndexRow) -> bool:
        """Whether the case was created or modified in the window."""
        return any(self.since <= utc(text) < self.until for text in (row.created, row.modified))


@dataclass(frozen=True, slots=True)
class Diff:
    """The outcome of comparing an index with what we hold. `due` are the new and the changed ones, by number.

    `absent` counts cases that we hold and the index doesn't; `outside` those whose time is another run's.
    """

    due: tuple[IndexRow, ...]
    new: int
    changed: int
    unchanged: int
    outside: int
    absent: int


def diff(rows: Iterable[IndexRow], known: Mapping[int, str], window: Window) -> Diff:
    """Compare. `known` maps case number to the `modified` text that we hold."""
    listed = sorted(rows)
    inside = [row for row in listed if window.holds(row)]
    due = tuple(row for row in inside if known.get(row.number) != row.modified)
    new = sum(row.number not in known for row in due)
    return Diff(
        due=due,
        new=new,
        changed=len(due) - new,
        unchanged=len(inside) - len(due),
        outside=len(listed) - len(inside),
        absent=len(known.keys() - {row.number for row in listed}),
    )


def batches(rows: Sequence[IndexRow], size: int = BATCH_SIZE) -> list[tuple[IndexRow, ...]]:
    """Cut into at most MAX_BATCHES batches of `size` cases, larger ones when there are too many."""
    size = max(size, ceil(len(rows) / MAX_BATCHES))
    return [tuple(rows[first : first + size]) for first in range(0, len(rows), size)]


def run_name(run_id: str) -> str:
    """A run's name in S3 and Step Functions: readable, free of odd characters, never shared by two runs."""
    digest = hashlib.sha256(run_id.encode()).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9_]+', '-', run_id)[:60]}-{digest}"


def run_folder(run: str) -> str:
    """The S3 prefix of a run's working files; `run` is made of letters, digits, `_`, `.` and `-`."""
    if not re.fullmatch(r"[A-Za-z0-9_.\-]{1,120}", run):
        raise InputError(f"{run!r} can't name a run; use letters, digits, '_', '.' and '-', 120 at most")
    return f"sync/{run}"
