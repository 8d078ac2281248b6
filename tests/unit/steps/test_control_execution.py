"""A person stops an execution, or lets its work begin again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.executions import Machine
from homeward.domain.redrive import Redrive, Work
from homeward.steps.control_execution import ControlExecution
from homeward.steps.redrive_work import RedriveWork
from tests.fakes import NOW, FakeLog, FakeOperators, clock
from tests.fakes.redriving import FakeExecutions, FakeWork

ARNS = dict.fromkeys(Machine, "arn:machine")
BY = "0123456789abcdef"


class Bench:
    """The step, over one detection."""

    def __init__(self, status: str, **row: object) -> None:
        found = Work("d-1", {}, "FINISHED", "FAILED", NOW - timedelta(hours=3), problem="X", **row)  # type: ignore[arg-type]
        self.rows, self.executions, self.log = FakeWork().add(found), FakeExecutions({"d-1": status}), FakeLog()
        parts = (self.executions, self.executions, "arn:machine", FakeOperators(), clock, "dag:redrive_stuck")
        redriver = RedriveWork("detection", self.rows, lambda work_id: None, *parts)
        redrivers = {Machine.DETECTION: lambda: redriver}
        self.step = ControlExecution(self.executions, ARNS, redrivers, self.log, clock)


def test_stopping_is_written_down_first() -> None:
    bench = Bench("RUNNING")
    bench.step.stop(Machine.DETECTION, "d-1", BY)
    (event,) = bench.log.events
    assert (event.actor, event.action, event.subject) == (f"person:{BY}", "stop_execution", "detection:d-1")
    assert event.details == {"execution": "d-1"}
    assert bench.executions.status("arn:machine", "d-1") == "ABORTED"


def test_what_has_ended_or_never_was_is_not_stopped() -> None:
    bench = Bench("SUCCEEDED")
    with pytest.raises(InputError, match="ended already: SUCCEEDED"):
        bench.step.stop(Machine.DETECTION, "d-1", BY)
    with pytest.raises(NotFoundError):
        bench.step.stop(Machine.DETECTION, "d-2", BY)
    assert bench.log.events == []


def test_dead_work_begins_again_in_the_persons_name() -> None:
    bench = Bench("FAILED")
    assert bench.step.begin_again(Machine.DETECTION, "d-1", BY) is Redrive.RESTART
    assert bench.rows.get("d-1").redrives == 1
    assert [event.actor for event in bench.rows.events] == [f"person:{BY}"]


def test_work_that_was_given_up_begins_again() -> None:
    bench = Bench("FAILED", given_up=True, redrives=5)
    assert bench.step.begin_again(Machine.DETECTION, "d-1-r5", BY) is Redrive.RESTART
    assert bench.rows.events[0].reasons == (f"asked for by person:{BY}",)


def test_what_runs_is_left_alone() -> None:
    assert Bench("RUNNING").step.begin_again(Machine.DETECTION, "d-1", BY) in (Redrive.RUNS, Redrive.EARLY)


def test_a_machine_of_a_dag_is_run_again_by_the_dag() -> None:
    with pytest.raises(InputError, match="clear the task"):
        Bench("FAILED").step.begin_again(Machine.INDEX_PHOTOS, "run-1", BY)
