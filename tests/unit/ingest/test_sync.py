"""Windows, the diff and its batches."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.cases import CaseStatus
from homeward.domain.errors import InputError, VanishedError
from homeward.domain.sources import IndexRow
from homeward.domain.sync import MAX_BATCHES, KnownCase, Window, batches, check_vanished, diff, run_folder, utc

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
moments = st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 1)).map(lambda time: time.isoformat())
numbers = st.integers(1, 60).map(str)
rows = st.lists(st.builds(IndexRow, numbers, moments, moments), unique_by=lambda row: row.number)
held = st.builds(KnownCase, moments, st.sampled_from(CaseStatus), st.none() | moments)
knowns = st.dictionaries(numbers, held)
some = st.sets(numbers)


def window(days: int = 1) -> Window:
    return Window(START, START + days * DAY)


@given(rows, knowns, some, some)
def test_everything_listed_is_counted_once(
    listed: list[IndexRow], known: dict[str, KnownCase], failed: set[str], suppressed: set[str]
) -> None:
    found = diff(listed, known, window(15), failed, suppressed)
    assert sum(found.counts.values()) == len(listed)
    assert len(found.due) == sum(found.counts[kind] for kind in ("new", "changed", "returned", "retried"))
    assert not {row.number for row in found.due} & suppressed
    still_open = {number for number, case in known.items() if case.status is CaseStatus.OPEN}
    assert set(found.absent) == still_open - {row.number for row in listed}
    assert found.open == len(still_open)


@given(rows, knowns, some)
def test_once_stored_nothing_is_due(listed: list[IndexRow], known: dict[str, KnownCase], failed: set[str]) -> None:
    due = diff(listed, known, window(15), failed).due
    stored = known | {row.number: KnownCase(row.modified, CaseStatus.OPEN) for row in due}
    assert diff(listed, stored, window(15)).due == ()


@given(rows, knowns, some, st.integers(1, 14))
def test_two_windows_that_meet_find_what_one_finds(
    listed: list[IndexRow], known: dict[str, KnownCase], failed: set[str], cut: int
) -> None:
    parts = (Window(START, START + cut * DAY), Window(START + cut * DAY, START + 15 * DAY))
    found = {row for part in parts for row in diff(listed, known, part, failed).due}
    assert found == set(diff(listed, known, window(15), failed).due)


def one(case: KnownCase | None, modified: str = "2026-10-01T00:00:00", **more: set[str]) -> str:
    """The kind of a single listed case, number 7, of the window of 1 November."""
    found = diff([IndexRow("7", "2026-10-01T00:00:00", modified)], {"7": case} if case else {}, window(), **more)
    (kind,) = (kind for kind, count in found.counts.items() if count)
    return kind


def test_the_kind_of_a_case() -> None:
    inside = "2026-11-01T05:00:00"
    still_open, gone = KnownCase("2026-10-01T00:00:00", CaseStatus.OPEN), KnownCase(inside, CaseStatus.WITHDRAWN)
    assert one(None) == "outside"
    assert one(None, inside) == "new"
    assert one(still_open, inside) == "changed"
    assert one(KnownCase(inside, CaseStatus.CLOSED), inside) == "unchanged"
    assert one(gone) == one(gone, inside) == one(gone, failed={"7"}) == "returned"
    assert one(None, failed={"7"}) == one(still_open, failed={"7"}) == "retried"
    assert one(gone, suppressed={"7"}, failed={"7"}) == "suppressed"


def test_what_is_listed_again_loses_its_mark() -> None:
    known = {number: KnownCase("x", CaseStatus.OPEN, "2026-10-31") for number in ("1", "2")}
    found = diff([IndexRow("1", START.isoformat(), START.isoformat())], known, window())
    assert (found.seen_again, found.absent) == (("1",), {"2": "2026-10-31"})


@pytest.mark.parametrize(("held", "absent", "stops"), [(3, 1, False), (3, 2, True), (200, 4, False), (200, 5, True)])
def test_more_than_two_percent_stop_the_run_but_a_single_one_never(held: int, absent: int, stops: bool) -> None:
    known = {str(number): KnownCase("x", CaseStatus.OPEN) for number in range(held)}
    listed = [IndexRow(str(number), START.isoformat(), "x") for number in range(absent, held)]
    listed = [IndexRow(row.number, row.created, row.created) for row in listed]
    with pytest.raises(VanishedError, match=f"{absent} of {held} open cases") if stops else nullcontext():
        check_vanished(diff(listed, known, window()))


def test_closed_and_withdrawn_cases_cannot_vanish() -> None:
    known = {"1": KnownCase("x", CaseStatus.CLOSED), "2": KnownCase("x", CaseStatus.WITHDRAWN)}
    assert not diff([], known, window()).absent


def test_created_or_modified_counts_and_the_end_does_not() -> None:
    inside, before, end = "2026-11-01T00:00:00", "2026-10-31T23:59:59.999", "2026-11-02T00:00:00"
    assert window().holds(IndexRow("1", inside, end))
    assert window().holds(IndexRow("1", before, "2026-11-01T23:59:59.9"))
    assert not window().holds(IndexRow("1", before, end))


def test_numbers_are_sorted_as_people_do() -> None:
    rows = [IndexRow(number, START.isoformat(), START.isoformat()) for number in ("100", "9", "a1", "20")]
    assert [row.number for row in diff(rows, {}, window()).due] == ["9", "20", "a1", "100"]


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
    every = [IndexRow(str(number), "", "") for number in range(count)]
    cut = batches(every, size)
    assert [row for batch in cut for row in batch] == every
    assert len(cut) <= MAX_BATCHES
    assert all(batch for batch in cut)
    assert all(len(batch) <= max(size, ceil(count / MAX_BATCHES)) for batch in cut)


def test_a_run_name_is_one_folder() -> None:
    assert run_folder("scheduled__2026-11-22-1a2b") == "sync/scheduled__2026-11-22-1a2b"
    for name in ("", "a/b", "a b", "x" * 121):
        with pytest.raises(InputError, match="can't name a run"):
            run_folder(name)
