"""Failed runs: told at once, told once an hour for the same failure, and told when nothing can be remembered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from homeward.domain.errors import PublishError, ServiceUnavailableError
from homeward.domain.run_failures import QUIET, RunFailure
from homeward.domain.runbooks import Runbook
from homeward.steps.latest_runs import LatestRuns
from homeward.steps.tell_failure import TellFailure
from tests.fakes import NOW, FakeObjects, FakeOperators

FAILURE = RunFailure("redrive_stuck", "scheduled__1", "task_failure", "summarise_redrive", "http://airflow/x")


class Bench:
    def __init__(self) -> None:
        self.operators, self.objects, self.now = FakeOperators(), FakeObjects(), NOW
        objects: Any = self.objects
        self.step = TellFailure(self.operators, LatestRuns(objects, "cases"), self.clock)

    def clock(self) -> datetime:
        return self.now

    def __call__(self, failure: RunFailure = FAILURE) -> bool:
        return self.step(failure, Runbook.DEAD_LETTERS)


def test_a_failure_is_told_with_all_that_is_known() -> None:
    bench = Bench()
    assert bench()
    ((subject, text, runbook),) = bench.operators.told
    assert subject == "redrive_stuck failed"
    for known in ("redrive_stuck", "scheduled__1", "task_failure", "summarise_redrive", "http://airflow/x"):
        assert known in text
    assert runbook is Runbook.DEAD_LETTERS


def test_what_is_not_known_is_not_told() -> None:
    text = RunFailure("d", "r", "timed_out").text()
    assert "None" not in text
    assert "task" not in text


def test_a_dag_that_fails_every_five_minutes_is_told_once_an_hour() -> None:
    bench = Bench()
    told = []
    for minute in range(0, 180, 5):
        bench.now = NOW + timedelta(minutes=minute)
        told.append(bench(RunFailure("redrive_stuck", f"scheduled__{minute}", "task_failure", "summarise_redrive")))
    assert [5 * number for number, one in enumerate(told) if one] == [0, 60, 120]


def test_another_failure_is_news() -> None:
    bench = Bench()
    assert bench(FAILURE)
    assert bench(RunFailure("redrive_stuck", "scheduled__1", "task_failure", "redrive_dead_letters"))
    assert bench(RunFailure("redrive_stuck", "scheduled__1", "timed_out"))
    assert bench(RunFailure("sync_fbi_cases", "scheduled__1", "task_failure", "summarise_redrive"))
    assert not bench(FAILURE)


def test_a_memory_from_the_future_does_not_keep_us_quiet() -> None:
    bench = Bench()
    bench.now = NOW + timedelta(days=30)
    assert bench()
    bench.now = NOW
    assert bench()


def test_who_cannot_remember_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    assert bench()

    def down(*_: Any) -> bytes:
        raise ServiceUnavailableError("S3 is away")

    monkeypatch.setattr(bench.objects, "get", down)
    with pytest.raises(ServiceUnavailableError):
        bench()
    assert len(bench.operators.told) == 2


def test_a_memory_that_is_broken_is_mended() -> None:
    bench = Bench()
    bench()
    for name in bench.objects.files:
        bench.objects.files[name] = b"?"
    assert [bench(), bench()] == [True, False]


def test_what_could_not_be_told_is_told_by_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()

    def refuse(*_: Any) -> None:
        raise PublishError("no")

    with monkeypatch.context() as patches:
        patches.setattr(bench.operators, "tell", refuse)
        with pytest.raises(PublishError):
            bench()
    assert bench()


def test_quiet_is_shorter_than_the_alarms_take() -> None:
    assert timedelta(minutes=5) < QUIET <= timedelta(hours=1)
