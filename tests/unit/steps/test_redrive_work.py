"""One row whose execution may be dead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from homeward.domain.errors import InputError, NotFoundError, PublishError, ServiceUnavailableError
from homeward.domain.redrive import MAX_REDRIVES, Redrive, Work
from homeward.domain.runbooks import Runbook
from homeward.steps.redrive_work import RedriveWork
from tests.fakes import NOW, FakeOperators, clock
from tests.fakes.redriving import FakeExecutions, FakeWork

PAYLOAD = {"detection_id": "d-1"}


def work(state: str = "SEARCHED", outcome: str | None = None, **more: Any) -> Work:
    return Work("d-1", PAYLOAD, state, outcome, NOW - timedelta(hours=3), **more)


def failed(**more: Any) -> Work:
    return work("FINISHED", "FAILED", problem="ThrottledError", **more)


class Bench:
    """A step with everything around it."""

    def __init__(self, found: Work, **statuses: str) -> None:
        self.rows = FakeWork().add(found)
        self.machines = FakeExecutions({name.replace("_", "-"): status for name, status in statuses.items()})
        self.operators = FakeOperators()
        self.settled: list[str] = []
        parts = (self.machines, self.machines, "arn:machine", self.operators, clock, "test")
        self.step = RedriveWork("detection", self.rows, self.settled.append, *parts)

    @property
    def row(self) -> Work:
        return self.rows.get("d-1")


def test_an_execution_that_was_never_started_is_started_under_its_own_name() -> None:
    bench = Bench(work("RECEIVED"))
    assert bench.step("d-1") is Redrive.START
    assert bench.machines.payloads == {"d-1": PAYLOAD}
    assert bench.rows.events == []
    assert bench.step("d-1") is Redrive.RUNS


@pytest.mark.parametrize("found", [work(), work("RESERVED"), work("IN_REVIEW"), failed()])
def test_a_dead_one_begins_again_under_a_new_name(found: Work) -> None:
    bench = Bench(found, d_1="FAILED")
    assert bench.step("d-1") is Redrive.RESTART
    assert bench.machines.payloads == {"d-1-r1": PAYLOAD}
    assert (bench.row.state, bench.row.outcome, bench.row.redrives) == ("RECEIVED", None, 1)
    (event,) = bench.rows.events
    assert (event.action, event.subject, event.outcome) == ("redrive_detection", "detection:d-1", "RECEIVED")
    assert event.reasons == ("ThrottledError",) if found.failed else ("FAILED",)


def test_a_crash_between_row_and_start_costs_no_redrive() -> None:
    bench = Bench(failed(), d_1="FAILED")
    bench.machines.broken = ServiceUnavailableError("gone")
    with pytest.raises(ServiceUnavailableError):
        bench.step("d-1")
    bench.machines.broken = None
    bench.rows.add(Work("d-1", PAYLOAD, "RECEIVED", None, NOW - timedelta(minutes=5), redrives=bench.row.redrives))
    assert bench.step("d-1") is Redrive.START
    assert list(bench.machines.payloads) == ["d-1-r1"]


def test_nothing_is_done_while_it_runs_or_once_it_has_ended() -> None:
    assert Bench(work(redrives=2), d_1="FAILED", d_1_r2="RUNNING").step("d-1") is Redrive.RUNS
    ended = Bench(Work("d-1", PAYLOAD, "FINISHED", "ALERTED", None))
    assert ended.step("d-1") is Redrive.ENDED
    assert ended.machines.payloads == {}
    assert ended.settled == ["d-1"], "its execution may have failed at just this"


def test_what_failed_too_often_is_given_up_and_told_once() -> None:
    bench = Bench(failed(redrives=MAX_REDRIVES), d_1_r5="FAILED")
    assert [bench.step("d-1") for _ in range(3)] == [Redrive.GIVE_UP, Redrive.ENDED, Redrive.ENDED]
    ((_, text, runbook),) = bench.operators.told
    assert runbook is Runbook.FAILED_DETECTIONS
    assert "detection:d-1" in text
    assert "ThrottledError" in text
    assert bench.rows.letters == {"d-1": {"error": "ThrottledError", "execution": "d-1-r5"}}
    assert [event.outcome for event in bench.rows.events] == ["GIVEN_UP"]
    assert bench.machines.payloads == {}


def test_a_dead_one_that_died_too_often_ends_as_failed() -> None:
    bench = Bench(work("RESERVED", redrives=MAX_REDRIVES), d_1_r5="ABORTED")
    assert bench.step("d-1") is Redrive.GIVE_UP
    assert (bench.row.state, bench.row.outcome, bench.row.given_up) == ("FINISHED", "FAILED", True)


def test_what_could_not_be_told_is_not_given_up_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(failed(redrives=MAX_REDRIVES), d_1_r5="FAILED")

    def refuse(*_: Any) -> None:
        raise PublishError("no")

    monkeypatch.setattr(bench.operators, "tell", refuse)
    with pytest.raises(PublishError):
        bench.step("d-1")
    assert not bench.row.given_up


def test_a_person_may_ask_for_another_five() -> None:
    bench = Bench(failed(redrives=MAX_REDRIVES), d_1_r5="FAILED")
    with pytest.raises(InputError, match="not given up"):
        bench.step.again("d-1", "alex")
    bench.step("d-1")
    bench.step.again("d-1", "alex")
    assert (bench.row.redrives, bench.row.allowed, bench.row.given_up) == (6, 10, False)
    assert list(bench.machines.payloads) == ["d-1-r6"]
    assert bench.rows.events[-1].reasons == ("asked for by alex",)


def test_one_that_moves_meanwhile_is_left_alone() -> None:
    bench = Bench(failed(), d_1="FAILED")
    bench.rows.moves_meanwhile = True
    assert bench.step("d-1") is Redrive.EARLY
    assert bench.machines.payloads == {}


def test_an_unknown_one_is_an_error() -> None:
    with pytest.raises(NotFoundError):
        Bench(work()).step("d-2")
