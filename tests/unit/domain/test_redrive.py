"""When something is started again, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from homeward.domain.redrive import MAX_REDRIVES, SETTLED, Redrive, Work, execution_name, next_redrive, wait_before

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", None)


def work(state: str = "SEARCHED", outcome: str | None = None, ago: timedelta = timedelta(hours=3), **more: Any) -> Work:
    return Work("entrance-1", {}, state, outcome, NOW - ago, **more)


def failed(**more: Any) -> Work:
    return work("FINISHED", "FAILED", **more)


@pytest.mark.parametrize(
    ("found", "status", "todo"),
    [
        (Work("a", {}, "FINISHED", "ALERTED", None), "SUCCEEDED", Redrive.ENDED),
        (Work("a", {}, "FINISHED", "FAILED", None, given_up=True), "FAILED", Redrive.ENDED),
        (work(), "RUNNING", Redrive.RUNS),
        (failed(), "RUNNING", Redrive.EARLY),
        (work("RECEIVED"), None, Redrive.START),
        (work("RECEIVED", ago=SETTLED - timedelta(seconds=1)), None, Redrive.EARLY),
        (work(ago=SETTLED - timedelta(seconds=1)), "ABORTED", Redrive.EARLY),
        (work(), "ABORTED", Redrive.RESTART),
        (work(), "TIMED_OUT", Redrive.RESTART),
        (failed(ago=timedelta(0)), "FAILED", Redrive.RESTART),
        (failed(), None, Redrive.RESTART),
        (failed(ago=timedelta(minutes=9), redrives=1), "FAILED", Redrive.EARLY),
        (failed(ago=timedelta(minutes=10), redrives=1), "FAILED", Redrive.RESTART),
        (failed(redrives=MAX_REDRIVES), "FAILED", Redrive.GIVE_UP),
        (work(redrives=MAX_REDRIVES), "ABORTED", Redrive.GIVE_UP),
        (failed(redrives=MAX_REDRIVES, allowed=2 * MAX_REDRIVES), "FAILED", Redrive.RESTART),
    ],
)
def test_what_is_done(found: Work, status: str | None, todo: Redrive) -> None:
    assert next_redrive(found, status, NOW) is todo


@given(
    state=some.sampled_from(["RECEIVED", "SEARCHED", "ASSESSED", "RESERVED", "IN_REVIEW", "FINISHED"]),
    redrives=some.integers(0, 12),
    minutes=some.integers(0, 300),
)
def test_nothing_is_done_while_its_execution_runs(state: str, redrives: int, minutes: int) -> None:
    found = work(state, "FAILED" if state == "FINISHED" else None, timedelta(minutes=minutes), redrives=redrives)
    assert next_redrive(found, "RUNNING", NOW) in (Redrive.RUNS, Redrive.EARLY)


@given(redrives=some.integers(0, MAX_REDRIVES), status=some.sampled_from(STATUSES[1:]))
def test_whatever_is_dead_is_dealt_with_in_the_end(redrives: int, status: str | None) -> None:
    for found in (work(redrives=redrives), failed(redrives=redrives)):
        assert next_redrive(found, status, NOW) in (Redrive.START, Redrive.RESTART, Redrive.GIVE_UP)


def test_the_waits_grow_and_begin_anew_when_a_person_asked() -> None:
    minutes = [wait_before(n).total_seconds() / 60 for n in range(1, MAX_REDRIVES + 2)]
    assert minutes == [0, 10, 20, 40, 80, 0]


def test_names_are_new_each_time_and_fit() -> None:
    assert execution_name("a", 0) == "a"
    assert execution_name("a", 2) == "a-r2"
    longest = "c" * 40 + "-20261122T211500-0123456789ab"
    assert len(execution_name(longest, 99)) <= 80
