"""Going through rows by their state, and that no state is forgotten."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from homeward import bootstrap
from homeward.domain.detections import UNFINISHED, DetectionState, Outcome
from homeward.domain.frames import UNFINISHED_FRAMES, FrameOutcome
from homeward.domain.redrive import SETTLED, Redrive, Work
from homeward.settings import Setting
from homeward.steps.redrive_rows import RedriveRows
from homeward.steps.redrive_work import RedriveWork
from tests.fakes import NOW, FakeOperators, clock
from tests.fakes.redriving import FakeExecutions, FakeWork


def bench(*works: Work) -> tuple[RedriveRows, FakeExecutions]:
    rows, machines = FakeWork().add(*works), FakeExecutions()
    parts = (machines, machines, "arn:machine", FakeOperators(), clock, "test")
    redrive = RedriveWork("detection", rows, lambda detection_id: None, *parts)
    return RedriveRows(rows, redrive, ["RECEIVED", "FAILED"], clock), machines


def received(name: str, minutes: float) -> Work:
    return Work(name, {}, "RECEIVED", None, NOW - timedelta(minutes=minutes))


def test_those_that_wait_longest_come_first_within_the_limit() -> None:
    step, machines = bench(*(received(f"d-{minutes}", minutes) for minutes in (5, 50, 30)))
    assert step(2)["counts"] == {Redrive.START: 2}
    assert list(machines.statuses) == ["d-50", "d-30"]


def test_other_states_and_what_has_just_moved_are_left_alone() -> None:
    reserved = Work("d-1", {}, "RESERVED", None, NOW - timedelta(hours=1))
    step, machines = bench(reserved, received("d-2", SETTLED.total_seconds() / 60))
    assert step(10) == {"counts": {}, "problems": []}
    assert machines.statuses == {}


def test_what_a_person_asks_for_is_begun_too() -> None:
    step, machines = bench(Work("d-1", {}, "FINISHED", "FAILED", None, redrives=5, given_up=True))
    step(10, ["d-1"], "alex")
    assert list(machines.statuses) == ["d-1-r6"]


def test_every_state_is_looked_after_by_exactly_one_task(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in Setting:
        monkeypatch.setenv(setting, "x")
    bootstrap.settings.cache_clear()
    tasks = (bootstrap.redrive_detections(), bootstrap.redrive_alerts())
    bootstrap.settings.cache_clear()
    states = Counter(str(state) for task in tasks for state in task.states)
    states[DetectionState.IN_REVIEW] += 1  # redrive_reviews
    assert states == Counter([*UNFINISHED, Outcome.FAILED])


def test_every_state_of_a_frame_is_looked_after(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in Setting:
        monkeypatch.setenv(setting, "x")
    bootstrap.settings.cache_clear()
    frames = bootstrap.redrive_frames()
    bootstrap.settings.cache_clear()
    assert set(frames.states) == {*UNFINISHED_FRAMES, FrameOutcome.FAILED}
