"""The wiring of rebuild_collection and retire_generations, and what their tasks make of Airflow's context."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from tests.fakes import actor_of


@pytest.fixture(scope="module")
def dag(dagbag: Any) -> Any:
    return dagbag.dags["rebuild_collection"]


def test_each_task_after_the_one_before(dag: Any) -> None:
    order = [
        "plan_rebuild",
        "index_generation",
        "verify_generation",
        "switch_collection",
        "wait_for_functions",
        "adopt_faces",
    ]
    for before, after in itertools.pairwise(order):
        assert dag.get_task(after).upstream_task_ids == {before}
    assert len(dag.tasks) == len(order)


def test_it_never_starts_by_itself_and_never_twice_at_a_time(dag: Any) -> None:
    assert not dag.timetable.can_be_scheduled
    assert dag.max_active_runs == 1


def test_nothing_to_index_is_verified_all_the_same(dag: Any) -> None:
    assert dag.get_task("verify_generation").trigger_rule == "none_failed"
    assert dag.get_task("switch_collection").trigger_rule == "all_success"


def test_a_switch_is_told_to_whoever_starts_from_the_collection(dag: Any) -> None:
    outlets = {task.task_id: [asset.uri for asset in task.outlets] for task in dag.tasks if task.outlets}
    assert outlets == {"switch_collection": ["homeward://collection/"]}


def test_the_wait_is_longer_than_a_function_keeps_the_parameter(dag: Any) -> None:
    from homeward.adapters.parameters import KEEP_SECONDS

    assert dag.get_task("wait_for_functions").time_to_wait.total_seconds() > KEEP_SECONDS


def called(task: str, run_type: str = "manual", **params: Any) -> list[Any] | None:
    """What the use case of a task was called with, without the run; None when the task skipped."""
    from airflow.sdk.exceptions import AirflowSkipException
    from airflow.sdk.execution_time.context import set_current_context

    from homeward_airflow import rebuild

    defaults = {
        "dry_run": True,
        "switch": False,
        "switch_to": None,
        "min_agreement": 0.98,
        "sample": 9,
        "keep_days": 30,
    }
    terms: list[Any] = []
    run = SimpleNamespace(dag_id="rebuild_collection", run_id="x__1", run_type=run_type, triggering_user_name="alex")
    context: Any = {"params": {**defaults, "batch_size": 200, **params}, "dag_run": run}
    report = dict.fromkeys(("collection", "outcome", "photos", "faces", "searches", "usd"))
    with pytest.MonkeyPatch.context() as patches, set_current_context(context):
        patches.setattr(bootstrap, task, lambda: lambda *given: terms.extend(given[1:]) or report)
        try:
            getattr(rebuild, task)()
        except AirflowSkipException:
            return None
    return terms


def test_a_dry_run_plans_and_ends() -> None:
    assert called("plan_rebuild") == ["", 200, True]
    assert called("verify_generation") is None
    assert called("verify_generation", dry_run=False) == [9, 0.98]


def test_only_a_persons_word_switches() -> None:
    alex = actor_of("alex")
    assert called("switch_collection", dry_run=False) is None
    assert called("switch_collection", dry_run=False, switch=True) == [alex]
    assert called("switch_collection", dry_run=False, switch_to="missing-people-2") == [alex]
    assert called("plan_rebuild", dry_run=False, switch_to="missing-people-2") == ["missing-people-2", 200, False]


def test_retiring_by_hand_deletes_nothing_unless_told(dagbag: Any) -> None:
    dag = dagbag.dags["retire_generations"]
    assert dag.get_task("delete_retired").upstream_task_ids == {"clear_generations"}
    assert called("delete_retired") == [30, True]
    assert called("delete_retired", dry_run=False) == [30, False]
    assert called("delete_retired", "scheduled") == [30, False]
