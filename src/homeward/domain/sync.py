"""Which cases a run is about: those created or modified in its window that we don't hold in that version.

Beside them, whatever the window: cases that came back after they were withdrawn, and those that failed before.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from homeward.domain.cases import CaseStatus
from homeward.domain.errors import InputError, VanishedError
from homeward.domain.sources import IndexRow

BATCH_SIZE = 25  # cases per mapped task: a task costs about half a second whatever it does
MAX_BATCHES = (
    256  # Airflow expands to 1,024 at most; fewer and larger tasks keep a first fill quick and its grid readable
)
MAX_VANISHED = 0.02  # share of the open cases; more at once is a fault of the source or of ours, not of life


def utc(text: str) -> datetime:
    """Read an ISO time; one without a zone is UTC, as NamUs's are (so far as anybody can tell)."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not an ISO 8601 time, e.g. 2026-11-22T00:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def in_order(number: str) -> tuple[int, str]:
    """Sorts case numbers as people do: 9 before 10."""
    return len(number), number


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
class KnownCase:
    """How we hold a case. `absent_since` is when the first complete sweep that misses it had ended (ISO)."""

    modified: str
    status: CaseStatus
    absent_since: str | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """The outcome of comparing an index with what we hold. `due` are the cases to fetch, by number.

    Every listed case is one of: new, changed, returned, retried (all of them due), unchanged, outside (its time is
    another run's) or suppressed. `open` counts the open cases that we hold, `absent` are those that the index lacks,
    with the time since when (None: since now), and `seen_again` are listed ones that an earlier sweep missed.
    """

    due: tuple[IndexRow, ...]
    counts: Mapping[str, int]
    open: int
    absent: Mapping[str, str | None]
    seen_again: tuple[str, ...]


NEW, CHANGED, RETURNED, RETRIED = "new", "changed", "returned", "retried"
UNCHANGED, OUTSIDE, SUPPRESSED = "unchanged", "outside", "suppressed"
_DUE = (NEW, CHANGED, RETURNED, RETRIED)
KINDS = (*_DUE, UNCHANGED, OUTSIDE, SUPPRESSED)


def diff(
    rows: Iterable[IndexRow],
    known: Mapping[str, KnownCase],
    window: Window,
    failed: Collection[str] = (),
    suppressed: Collection[str] = (),
) -> Diff:
    """Compare. `failed` and `suppressed` are case numbers; only a person's suppressions count here."""
    listed = sorted(rows, key=lambda row: in_order(row.number))
    kinds = {row: _kind(row, known.get(row.number), window, failed, suppressed) for row in listed}
    found = Counter(kinds.values())
    still_open = {number for number, case in known.items() if case.status is CaseStatus.OPEN}
    numbers = {row.number for row in listed}
    return Diff(
        due=tuple(row for row, kind in kinds.items() if kind in _DUE),
        counts={kind: found[kind] for kind in KINDS},
        open=len(still_open),
        absent={number: known[number].absent_since for number in sorted(still_open - numbers, key=in_order)},
        seen_again=tuple(row.number for row in listed if row.number in known and known[row.number].absent_since),
    )


def _kind(
    row: IndexRow, held: KnownCase | None, window: Window, failed: Collection[str], suppressed: Collection[str]
) -> str:
    if row.number in suppressed:
        return SUPPRESSED
    if held and held.status is CaseStatus.WITHDRAWN:
        return RETURNED
    inside = window.holds(row)
    if inside and (held is None or held.modified != row.modified):
        return CHANGED if held else NEW
    if row.number in failed:
        return RETRIED
    return UNCHANGED if inside else OUTSIDE


def check_vanished(found: Diff) -> None:
    """Raise VanishedError when too many open cases are absent at once; a single one may always be."""
    absent = len(found.absent)
    if absent > max(1, MAX_VANISHED * found.open):
        raise VanishedError(
            f"{absent} of {found.open} open cases are no longer listed; at most {MAX_VANISHED:.0%} may vanish at once. "
            "Nothing was changed. Look at the source; if they really are gone, trigger the DAG with accept_vanished."
        )


def batches(rows: Sequence[IndexRow], size: int = BATCH_SIZE) -> list[tuple[IndexRow, ...]]:
    """Cut into at most MAX_BATCHES batches of `size` cases, larger ones when there are too many."""
    size = max(size, ceil(len(rows) / MAX_BATCHES))
    return [tuple(rows[first : first + size]) for first in range(0, len(rows), size)]


def run_name(dag_id: str, run_id: str) -> str:
    """A run's name in S3 and Step Functions: readable, free of odd characters, never shared by two runs."""
    digest = hashlib.sha256(f"{dag_id}/{run_id}".encode()).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9_]+', '-', run_id)[:60]}-{digest}"


def run_folder(run: str) -> str:
    """The S3 prefix of a run's working files; `run` is made of letters, digits, `_`, `.` and `-`."""
    if not re.fullmatch(r"[A-Za-z0-9_.\-]{1,120}", run):
        raise InputError(f"{run!r} can't name a run; use letters, digits, '_', '.' and '-', 120 at most")
    return f"sync/{run}"
