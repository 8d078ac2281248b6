"""The wiring of reconcile_collection, and what its tasks make of Airflow's context."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap


@pytest.fixture(scope="module")
def dag(dagbag: Any) -> Any:
    return dagbag.dags["reconcile_collection"]


def test_survey_repair_then_what_the_repairs_ask_for_then_a_second_look(dag: Any) -> None:
    order = ["survey_collection", "repair_collection", "remove_faces", "write_manifest", "index_photos"]
    for before, after in itertools.pairwise(order):
        assert dag.get_task(after).upstream_task_ids == {before}
    summary = dag.get_task("summarise_reconcile")
    assert summary.upstream_task_ids == {"index_photos", "repair_collection"}
    assert summary.trigger_rule == "all_done"
    assert len(dag.tasks) == len(order) + 1


def test_one_run_at_a_time(dag: Any) -> None:
    assert dag.max_active_runs == 1


def repaired(run_type: str, **params: Any) -> list[tuple[Any, ...]]:
    """What the use case was called with."""
    from airflow.sdk.exceptions import AirflowSkipException
    from airflow.sdk.execution_time.context import set_current_context

    from homeward_airflow.reconcile import repair_collection

    called: list[tuple[Any, ...]] = []
    run = SimpleNamespace(dag_id="reconcile_collection", run_id="x__1", run_type=run_type)
    context: Any = {"params": {"dry_run": True, "max_changes": 500, **params}, "dag_run": run}
    with pytest.MonkeyPatch.context() as patches, set_current_context(context):
        patches.setattr(bootstrap, "repair_collection", lambda: lambda *terms: called.append(terms) or {})
        try:
            repair_collection()
        except AirflowSkipException:
            return []
    return called


def test_started_by_hand_it_changes_nothing_unless_told() -> None:
    assert repaired("manual") == []
    assert repaired("backfill") == []
    assert repaired("manual", dry_run=False)[0][1:] == (500,)


def test_the_schedule_always_repairs() -> None:
    assert repaired("scheduled")[0][1:] == (500,)
    assert repaired("scheduled", max_changes=7)[0][1:] == (7,)
