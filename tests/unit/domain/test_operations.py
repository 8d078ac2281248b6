"""What the alarms look at, from what was read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeward.domain.cameras import CameraState
from homeward.domain.latest import Job, Latest
from homeward.domain.operations import JOBS, Metric, OperationsState

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)


def ago(hours: float, left: int = 0) -> Latest:
    return Latest("run", NOW - timedelta(hours=hours), left)


def state(**changes: Any) -> OperationsState:
    found: dict[str, Any] = {
        "at": NOW,
        "synced": {"namus": ago(21.25), "fbi": ago(45)},
        "jobs": {Job.RECONCILE: ago(16, 3), Job.EXPIRY: ago(15, 2), Job.SEAL: ago(2)},
        "oldest_review": NOW - timedelta(minutes=90),
        "open_reviews": 4,
        "dead_letters": 5,
    }
    return OperationsState(**{**found, **changes})


def measured(found: OperationsState) -> dict[tuple[str, ...], float]:
    return {(one.metric.value, *one.labels.values()): one.value for one in found.measures()}


def test_everything_is_measured_once() -> None:
    assert measured(state()) == {
        ("HoursSinceSync", "namus"): 21.25,
        ("HoursSinceSync", "fbi"): 45.0,
        ("HoursSinceReconcile",): 16.0,
        ("DriftLeft",): 3,
        ("HoursSinceExpiry",): 15.0,
        ("LateErasures",): 2,
        ("HoursSinceSeal",): 2.0,
        ("OldestOpenReviewSeconds",): 5400.0,
        ("SilentCameras",): 0,
        ("TroubledCameras",): 0,
    }
    assert {one.metric for one in state().measures()} == set(Metric)


@pytest.mark.parametrize("job", Job)
def test_a_job_that_never_succeeded_is_silent_about_everything(job: Job) -> None:
    """An age of zero would be a lie, and the alarm takes silence for bad news."""
    found = state(jobs={**dict.fromkeys(JOBS, ago(1)), job: None})
    age, left = JOBS[job]
    names = {one.metric for one in found.measures()}
    assert age not in names
    assert left not in names


def test_a_source_that_was_never_synced_is_silent() -> None:
    assert ("HoursSinceSync", "fbi") not in measured(state(synced={"namus": ago(1), "fbi": None}))


def test_no_question_is_open() -> None:
    assert measured(state(oldest_review=None))[("OldestOpenReviewSeconds",)] == 0.0


def test_a_clock_that_is_ahead_makes_no_negative_age() -> None:
    found = state(synced={"namus": ago(-2), "fbi": None}, oldest_review=NOW + timedelta(seconds=9))
    assert measured(found)[("HoursSinceSync", "namus")] == 0.0
    assert measured(found)[("OldestOpenReviewSeconds",)] == 0.0


def test_every_job_is_watched() -> None:
    assert set(JOBS) == set(Job)


def test_as_json() -> None:
    assert state(synced={"namus": ago(1.234), "fbi": None}).to_json() == {
        "at": "2026-11-22T21:15:00.000Z",
        "hours_since": {"namus": 1.23, "fbi": None, "reconcile": 16.0, "expire": 15.0, "seal": 2.0},
        "left": {"reconcile": 3, "expire": 2, "seal": 0},
        "oldest_review_seconds": 5400.0,
        "open_reviews": 4,
        "dead_letters": 5,
        "cameras": 0,
        "not_well": [],
    }


def test_silent_and_troubled_cameras_are_counted_apart_and_named() -> None:
    silent = CameraState("gate", NOW - timedelta(hours=1), "1.0.0", troubles=("disk: full",))
    troubled, well = CameraState("hall", NOW, "1.0.0", troubles=("disk: full",)), CameraState("lobby", NOW, "1.0.0")
    found = state(cameras=(silent, troubled, well))
    assert (measured(found)["SilentCameras",], measured(found)["TroubledCameras",]) == (1, 1)
    assert found.to_json()["cameras"] == 3
    assert [one["camera"] for one in found.to_json()["not_well"]] == ["gate", "hall"]
