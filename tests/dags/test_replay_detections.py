"""The wiring of replay_detections, and what its tasks make of Airflow's context."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def dag(dagbag: Any) -> Any:
    return dagbag.dags["replay_detections"]


def test_plan_batches_report(dag: Any) -> None:
    assert {task.task_id for task in dag.tasks} == {"plan_replay", "replay_detections", "summarise_replay"}
    assert dag.get_task("replay_detections").upstream_task_ids == {"plan_replay"}
    assert dag.get_task("replay_detections").is_mapped
    assert dag.get_task("summarise_replay").upstream_task_ids == {"replay_detections"}
    assert dag.get_task("summarise_replay").trigger_rule == "all_done"


def test_only_a_person_starts_it(dag: Any) -> None:
    assert not dag.timetable.can_be_scheduled


def planned(**params: Any) -> tuple[Any, ...]:
    """What the use case is called with."""
    from airflow.sdk.execution_time.context import set_current_context

    from homeward_airflow.replay import plan_replay

    called: list[tuple[Any, ...]] = []
    given = {"since": None, "until": None, "policy": None, "collection": None, "batch_size": 500, **params}
    run = SimpleNamespace(dag_id="replay_detections", run_id="manual__1", run_after=NOON)
    context: Any = {"params": given, "dag_run": run}
    with pytest.MonkeyPatch.context() as patches, set_current_context(context):
        patches.setattr(bootstrap, "plan_replay", lambda: lambda *terms: called.append(terms))
        plan_replay()
    return called[0][1:]


def test_the_last_week_under_the_live_policy_unless_told_otherwise() -> None:
    assert planned() == ("2026-11-15T12:00:00+00:00", "2026-11-22T12:00:00+00:00", "", "", 500)
    told = {"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z", "policy": "2", "collection": "faces-2"}
    assert planned(**told) == (*told.values(), 500)
