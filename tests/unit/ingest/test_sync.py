"""Windows, the diff and its batches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.errors import InputError
from homeward.domain.sources import IndexRow, Sweep
from homeward.domain.sync import MAX_BATCHES, Window, batches, diff, run_folder, utc

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
moments = st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 1)).map(lambda time: time.isoformat())
rows = st.lists(st.builds(IndexRow, st.integers(1, 60), moments, moments), unique_by=lambda row: row.number)
knowns = st.dictionaries(st.integers(1, 60), moments)


def window(days: int = 1) -> Window:
    return Window(START, START + days * DAY)


@given(rows, knowns)
def test_everything_listed_is_counted_once(listed: list[IndexRow], known: dict[int, str]) -> None:
    found = diff(listed, known, window(15))
    assert found.new + found.changed == len(found.due)
    assert len(found.due) + found.unchanged + found.outside == len(listed)
    assert found.absent == len(set(known) - {row.number for row in listed})


@given(rows, knowns)
def test_once_stored_nothing_is_due(listed: list[IndexRow], known: dict[int, str]) -> None:
    due = diff(listed, known, window(15)).due
    stored = known | {row.number: row.modified for row in due}
    assert diff(listed, stored, window(15)).due == ()


@given(rows, knowns, st.integers(1, 14))
def test_two_windows_that_meet_find_what_one_finds(listed: list[IndexRow], known: dict[int, str], cut: int) -> None:
    parts = (Window(START, START + cut * DAY), Window(START + cut * DAY, START + 15 * DAY))
    found = {row for part in parts for row in diff(listed, known, part).due}
    assert found == set(diff(listed, known, window(15)).due)


def test_created_or_modified_counts_and_the_end_does_not() -> None:
    inside, before, end = "2026-11-01T00:00:00", "2026-10-31T23:59:59.999", "2026-11-02T00:00:00"
    assert window().holds(IndexRow(1, inside, end))
    assert window().holds(IndexRow(1, before, "2026-11-01T23:59:59.9"))
    assert not window().holds(IndexRow(1, before, end))


def test_times_without_a_zone_are_utc() -> None:
    assert utc("2026-11-01T10:00:00.5") == datetime(2026, 11, 1, 10, 0, 0, 500_000, UTC)
    assert utc("2026-11-01T10:00:00+02:00") == datetime(2026, 11, 1, 10, tzinfo=timezone(2 * timedelta(hours=1)))


@pytest.mark.parametrize(
    ("since", "until"), [("x", "2026-11-01"), ("2026-11-01", "2026-11-01"), ("2026-11-02", "2026-11-01")]
)
def test_a_window_that_cannot_be_is_refused(since: str, until: str) -> None:
    with pytest.raises(InputError):
        Window.parse(since, until)


@given(st.integers(0, 3000), st.integers(1, 50))
def test_batches_hold_everything_in_order_within_airflows_limit(count: int, size: int) -> None:
    every = [IndexRow(number, "", "") for number in range(count)]
    cut = batches(every, size)
    assert [row for batch in cut for row in batch] == every
    assert len(cut) <= MAX_BATCHES
    assert all(batch for batch in cut)
    assert all(len(batch) <= max(size, 3) for batch in cut)


def test_a_sweep_is_complete_when_it_saw_what_the_source_counts() -> None:
    row = IndexRow(1, "", "")
    assert Sweep((row,), 1, 3).complete
    assert not Sweep((row,), 2, 3).complete


def test_a_run_name_is_one_folder() -> None:
    assert run_folder("scheduled__2026-11-22-1a2b") == "sync/scheduled__2026-11-22-1a2b"
    for name in ("", "a/b", "a b", "x" * 121):
        with pytest.raises(InputError, match="can't name a run"):
            run_folder(name)
