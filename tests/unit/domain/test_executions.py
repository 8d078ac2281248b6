"""What happened in an execution, read out of its history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeward.domain.detections import camera_of, day_of
from homeward.domain.errors import InputError
from homeward.domain.executions import (
    Execution,
    ExecutionStatus,
    HistoryEvent,
    Machine,
    VisitStatus,
    Wanted,
    checked_machine,
    visits,
    work_of,
)

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
NAME = "car-park-20261122T211500-0123456789ab"


def history(*entries: tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], int]) -> list[HistoryEvent]:
    """Events a second apart; each follows the one before it, unless a third value names another."""
    events = []
    for number, (kind, details, *previous) in enumerate(entries, 1):
        before = previous[0] if previous else number - 1
        events.append(HistoryEvent(number, before, kind, NOW + timedelta(seconds=number), details))  # type: ignore[arg-type]
    return events


def test_a_state_with_what_went_in_and_out() -> None:
    (visit,) = visits(
        history(
            ("ExecutionStarted", {}),
            ("TaskStateEntered", {"name": "Search Faces", "input": "{}"}),
            ("TaskScheduled", {}),
            ("TaskStarted", {}),
            ("TaskSucceeded", {}),
            ("TaskStateExited", {"name": "Search Faces", "output": "[1]"}),
            ("ExecutionSucceeded", {}),
        ),
        over=True,
    )
    assert (visit.state, visit.input, visit.output, visit.retries) == ("Search Faces", "{}", "[1]", 0)
    assert visit.status is VisitStatus.SUCCEEDED
    assert visit.lasted(NOW) == timedelta(seconds=4)


def test_retries_are_counted_with_their_errors() -> None:
    (visit,) = visits(
        history(
            ("TaskStateEntered", {"name": "Search Faces"}),
            ("TaskScheduled", {}),
            ("TaskFailed", {"error": "ThrottledError", "cause": "slow down"}),
            ("TaskScheduled", {}),
            ("TaskTimedOut", {}),
            ("TaskScheduled", {}),
            ("TaskSucceeded", {}),
            ("TaskStateExited", {"name": "Search Faces"}),
        ),
        over=False,
    )
    assert [one.error for one in visit.tries] == ["ThrottledError", "TaskTimedOut", None]
    assert (visit.retries, visit.tries[0].cause, visit.status) == (2, "slow down", VisitStatus.SUCCEEDED)


def test_an_error_that_was_caught_and_one_that_was_not() -> None:
    events = history(
        ("TaskStateEntered", {"name": "Publish Alert"}),
        ("TaskScheduled", {}),
        ("TaskFailed", {"error": "PublishError"}),
        ("TaskStateExited", {"name": "Publish Alert"}),
        ("TaskStateEntered", {"name": "Record Failure"}),
        ("TaskScheduled", {}),
        ("TaskFailed", {"error": "PublishError"}),
    )
    assert [visit.status for visit in visits(events, over=True)] == [VisitStatus.CAUGHT, VisitStatus.FAILED]
    assert visits(events, over=False)[1].status is VisitStatus.RUNNING


def test_states_inside_a_map_keep_their_own_events() -> None:
    found = visits(
        history(
            ("MapStateEntered", {"name": "Each"}),
            ("TaskStateEntered", {"name": "Index", "input": "1"}, 1),
            ("TaskStateEntered", {"name": "Index", "input": "2"}, 1),
            ("TaskScheduled", {}, 2),
            ("TaskScheduled", {}, 3),
            ("TaskFailed", {"error": "X"}, 5),
            ("TaskScheduled", {}, 6),
            ("MapStateExited", {"name": "Each"}),
        ),
        over=True,
    )
    assert [(visit.state, visit.input, visit.retries) for visit in found] == [
        ("Each", "", 0),
        ("Index", "1", 0),
        ("Index", "2", 1),
    ]


@pytest.mark.parametrize(
    ("name", "camera", "day"),
    [
        (NAME, "car-park", "2026-11-22"),
        (f"{NAME}-r2", "car-park", "2026-11-22"),
        ("car-park-20261399T211500-0123456789ab", "car-park", None),
        ("manual__2026-11-23-1", None, None),
        ("", None, None),
    ],
)
def test_a_name_tells_camera_and_day(name: str, camera: str | None, day: str | None) -> None:
    assert camera_of(name) == camera
    assert (found.isoformat() if (found := day_of(name)) else None) == day


def test_a_redriven_execution_is_the_same_work() -> None:
    assert work_of(f"{NAME}-r12") == work_of(NAME) == NAME


def test_what_is_wanted() -> None:
    execution = Execution(Machine.DETECTION, NAME, "RUNNING", NOW)
    hour = timedelta(hours=1)
    assert Wanted().covers(execution)
    assert Wanted(status=ExecutionStatus.RUNNING, since=NOW, until=NOW + hour, camera="car-park").covers(execution)
    for other in (
        Wanted(status=ExecutionStatus.FAILED),
        Wanted(since=NOW + hour),
        Wanted(until=NOW),
        Wanted(camera="car"),
    ):
        assert not other.covers(execution)


def test_an_unknown_machine_is_named() -> None:
    with pytest.raises(InputError, match="detection, frame, index_photos"):
        checked_machine("nothing")
