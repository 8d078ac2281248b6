"""The wiring of redrive_stuck, and what its tasks make of Airflow's context."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from homeward.adapters.letter_box import HIDDEN_SECONDS
from tests.fakes import FakeStaff

ROWS = {"redrive_frames", "redrive_detections", "redrive_reviews", "redrive_alerts"}


@pytest.fixture(scope="module")
def dag(dagbag: Any) -> Any:
    return dagbag.dags["redrive_stuck"]


def test_letters_come_before_rows_before_the_summary(dag: Any) -> None:
    assert {task.task_id for task in dag.tasks} == {"redrive_dead_letters", "summarise_redrive", *ROWS}
    for name in ROWS:
        assert dag.get_task(name).upstream_task_ids == {"redrive_dead_letters"}
        assert dag.get_task(name).trigger_rule == "all_success", "a receipt left in the queue must hold them back"
    assert dag.get_task("summarise_redrive").trigger_rule == "all_done"
    assert [task.task_id for task in dag.leaves] == ["summarise_redrive"]


def test_it_runs_every_five_minutes_and_never_twice_at_once(dag: Any) -> None:
    assert dag.max_active_runs == 1
    assert dag.timetable.expression == "*/5 * * * *"


def test_a_retry_sees_the_letters_that_the_first_try_held(dag: Any) -> None:
    assert dag.get_task("redrive_dead_letters").retry_delay > timedelta(seconds=HIDDEN_SECONDS)


def call(task: str, **params: Any) -> tuple[Any, ...]:
    """Run a task's function in a context like Airflow's; what the use case was called with."""
    from airflow.sdk.execution_time.context import set_current_context

    from homeward_airflow import redrive

    called: list[tuple[Any, ...]] = []
    user = SimpleNamespace(dag_id="redrive_stuck", run_id="manual__1", triggering_user_name="alex")
    context: Any = {"params": {"limit": 7, "again": [], **params}, "dag_run": user}
    with pytest.MonkeyPatch.context() as patches, set_current_context(context):
        patches.setattr(bootstrap, task, lambda: lambda *given: called.append(given))
        getattr(redrive, task)()
    return called[0]


@pytest.mark.parametrize("task", ["redrive_dead_letters", "redrive_reviews", "redrive_alerts"])
def test_every_task_is_bounded(task: str) -> None:
    assert call(task) == (7,)


def test_what_a_person_asks_for_goes_to_its_kind(staff: FakeStaff) -> None:
    alex = staff.id_of("alex")
    again = ["detection:a-1", "frame:b-2", "detection:a-3"]
    assert call("redrive_detections", again=again) == (7, ["a-1", "a-3"], alex)
    assert call("redrive_frames", again=again) == (7, ["b-2"], alex)
    assert call("redrive_detections", again=None) == (7, [], "")


def test_the_field_takes_subjects_only(dag: Any) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    dag.params.get_param("again").resolve(["detection:a-1"])
    with pytest.raises(ParamValidationError):
        dag.params.get_param("again").resolve(["a-1"])
