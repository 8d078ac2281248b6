"""The wiring of measure_bias, and what its tasks make of Airflow's context."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from homeward.domain.sync import run_name

RUN = SimpleNamespace(dag_id="measure_bias", run_id="scheduled__2026-11-01")
NAME = run_name(RUN.dag_id, RUN.run_id)
PLANNED = {
    "photos": 1_000,
    "calls": 400,
    "usd": 0.4,
    "batches": [{"batch": "0000", "label": "1 to 400"}],
}


@pytest.fixture(scope="module")
def dag(dagbag: Any) -> Any:
    return dagbag.dags["measure_bias"]


class Context:
    """A task's context, and what the task pushed."""

    def __init__(self, **params: Any) -> None:
        self.pushed: dict[str, Any] = {}
        ti = SimpleNamespace(xcom_push=self.pushed.__setitem__)
        self.values: dict[str, Any] = {"params": params, "dag_run": RUN, "ti": ti}


def called(
    monkeypatch: pytest.MonkeyPatch, name: str, context: Context, *arguments: Any, answer: Any
) -> tuple[Any, Any]:
    """What a task returns, and what its use case was called with."""
    from airflow.sdk.execution_time.context import set_current_context

    from homeward_airflow import bias

    asked: list[tuple[Any, ...]] = []

    def use_case(*terms: Any) -> Any:
        asked.append(terms)
        return answer

    monkeypatch.setattr(bootstrap, name, lambda: use_case, raising=False)
    with set_current_context(context.values):  # type: ignore[arg-type]
        returned = getattr(bias, name)(*arguments)
    return returned, asked


def test_plan_measure_report_propose_publish(dag: Any) -> None:
    order = ["plan_measurement", "measure_similarities", "report_bias", "propose_policy", "publish_policy"]
    assert {task.task_id for task in dag.tasks} == set(order)
    for before, after in pairwise(order):
        assert before in dag.get_task(after).upstream_task_ids
    assert dag.get_task("measure_similarities").is_mapped


def test_batches_that_need_nothing_are_skipped_and_failed_ones_stop_the_report(dag: Any) -> None:
    assert dag.get_task("report_bias").trigger_rule == "none_failed"
    assert dag.get_task("propose_policy").trigger_rule == "all_success"


def test_monthly_and_after_a_change(dag: Any) -> None:
    from homeward_airflow import assets

    assert dag.timetable.can_be_scheduled
    assert dag.timetable.timetable.expression == "0 3 1 * *"
    watched = {asset.name for asset in dag.timetable.asset_condition.objects}
    assert watched == {assets.COLLECTION.name, assets.POLICY.name}


def test_a_proposal_is_handed_over_once(dag: Any) -> None:
    publish = dag.get_task("publish_policy")
    assert publish.trigger_dag_id == "publish_policy"
    assert publish.skip_when_already_exists
    assert set(publish.conf) == {"version", "reason"}


def test_the_cost_is_shown_before_anything_is_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context(dry_run=False, max_calls=50_000, batch_size=500)
    batches, asked = called(monkeypatch, "plan_measurement", context, answer=PLANNED)
    assert asked == [(NAME, 50_000, 500)]
    assert batches == PLANNED["batches"]
    assert context.pushed == {"cost": {"photos": 1_000, "calls": 400, "usd": 0.4}}


def test_a_dry_run_measures_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    context = Context(dry_run=True, max_calls=50_000, batch_size=500)
    assert called(monkeypatch, "plan_measurement", context, answer=PLANNED)[0] == []
    assert context.pushed["cost"]["calls"] == 400
    with pytest.raises(AirflowSkipException):
        called(monkeypatch, "report_bias", context, answer={})


def test_an_empty_collection_is_nothing_to_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    context = Context(dry_run=False, max_calls=50_000, batch_size=500)
    with pytest.raises(AirflowSkipException, match="no open case"):
        called(monkeypatch, "plan_measurement", context, answer={"photos": 0, "calls": 0, "usd": 0.0, "batches": []})


def test_a_batch_is_measured_under_its_label(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context()
    done, asked = called(
        monkeypatch, "measure_similarities", context, {"batch": "0000", "label": "1 to 400"}, answer={"calls": 400}
    )
    assert (done, asked) == ({"calls": 400}, [(NAME, "0000")])
    assert context.values["label"] == "1 to 400"


def test_nothing_to_propose_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    proposal = {"version": "measured-20261101T0300Z", "reason": "monthly", "changes": 3}
    assert called(monkeypatch, "propose_policy", Context(), answer=proposal)[0] == {
        "version": "measured-20261101T0300Z",
        "reason": "monthly",
    }
    with pytest.raises(AirflowSkipException, match="nothing changes"):
        called(monkeypatch, "propose_policy", Context(), answer={"version": None, "reason": "nothing changes"})
