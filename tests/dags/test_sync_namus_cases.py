"""The wiring of sync_namus_cases, and what its tasks make of Airflow's context."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DAG = "sync_namus_cases"
RUN_ID = "scheduled__2026-11-22T00:00:00+00:00"
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def dag(dagbag: Any) -> Any:
    return dagbag.dags["sync_namus_cases"]


def choose(since: str | None = None, until: str | None = None, interval: bool = True) -> dict[str, str]:
    """Run the task's function in a context like Airflow's."""
    from airflow.sdk.execution_time.context import set_current_context

    from homeward_airflow.sync import choose_window

    ends = {"data_interval_start": MIDNIGHT - timedelta(days=1), "data_interval_end": MIDNIGHT} if interval else {}
    context: Any = {
        **ends,
        "params": {"since": since, "until": until},
        "dag_run": SimpleNamespace(run_after=NOON),
        "run_id": RUN_ID,
    }
    with set_current_context(context):
        return choose_window()


def test_the_window_is_the_data_interval() -> None:
    assert choose() == {"since": "2026-11-21T00:00:00+00:00", "until": "2026-11-22T00:00:00+00:00"}


def test_a_run_without_an_interval_covers_the_day_before_it() -> None:
    assert choose(interval=False) == {"since": "2026-11-21T12:30:00+00:00", "until": "2026-11-22T12:30:00+00:00"}


def test_parameters_override_either_end() -> None:
    assert choose(since="1990-01-01T00:00:00Z") == {
        "since": "1990-01-01T00:00:00Z",
        "until": "2026-11-22T12:30:00+00:00",
    }
    assert choose("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z") == {
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-02-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("since", "until"), [("2026-12-01T00:00:00Z", None), ("x", None), ("2026-02-01", "2026-01-01")]
)
def test_a_window_that_cannot_be_is_refused_before_anything_is_asked(since: str, until: str | None) -> None:
    from homeward.domain.errors import InputError

    with pytest.raises(InputError):
        choose(since, until)


def test_a_backfill_covers_its_days_without_gap(dag: Any) -> None:
    """As the scheduler sees the DAG: read back from the metadata database's form."""
    from airflow.serialization.serialized_objects import DagSerialization

    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    runs = list(stored.iter_dagrun_infos_between(MIDNIGHT, MIDNIGHT + timedelta(days=2)))
    intervals = [(run.data_interval.start, run.data_interval.end) for run in runs]
    assert intervals == [(MIDNIGHT + n * DAY, MIDNIGHT + (n + 1) * DAY) for n in range(3)]


@pytest.mark.parametrize("queue", ["", "sources"])
def test_what_asks_the_source_runs_in_one_place(monkeypatch: pytest.MonkeyPatch, queue: str) -> None:
    from airflow.dag_processing.dagbag import DagBag

    monkeypatch.setenv("HOMEWARD_SOURCES_QUEUE", queue)
    queues = {task.task_id: task.queue for task in DagBag(ROOT / "dags" / f"{DAG}.py").dags[DAG].tasks}
    asking = {"sweep_cases", "fetch_cases", "withdraw_cases"}
    assert {name: queues.pop(name) for name in asking} == dict.fromkeys(asking, queue or "default")
    assert set(queues.values()) == {"default"}


def test_tasks_run_in_this_order(dag: Any) -> None:
    order = [
        "choose_window",
        "sweep_cases",
        "diff_cases",
        "fetch_cases",
        "remove_faces",
        "write_manifest",
        "index_photos",
        "summarise_sync",
    ]
    assert {task.task_id for task in dag.tasks} == {*order, "withdraw_cases"}
    for before, after in itertools.pairwise(order):
        assert before in dag.get_task(after).upstream_task_ids
    assert dag.get_task("withdraw_cases").upstream_task_ids == {"diff_cases"}
    assert dag.get_task("remove_faces").upstream_task_ids == {"fetch_cases", "withdraw_cases"}


def test_what_waits_is_indexed_and_summed_up_whatever_failed_before(dag: Any) -> None:
    for name in ("remove_faces", "write_manifest", "summarise_sync"):
        assert dag.get_task(name).trigger_rule == "all_done"
    assert [task.task_id for task in dag.leaves] == ["summarise_sync"]


def test_cases_are_mapped_in_labelled_batches(dag: Any) -> None:
    fetch = dag.get_task("fetch_cases")
    assert fetch.is_mapped
    assert fetch.partial_kwargs["map_index_template"] == "{{ label }}"
    assert fetch.max_active_tis_per_dag == 4


def test_the_machine_is_awaited_without_a_worker_and_each_try_has_its_name(dag: Any) -> None:
    index = dag.get_task("index_photos")
    assert index.deferrable
    assert index.waiter_delay <= 5
    assert index.waiter_delay * index.waiter_max_attempts >= 6 * 3600
    assert "ti.try_number" in index.name
    assert index.aws_conn_id is None


def test_execution_names_fit(dag: Any) -> None:
    """Step Functions allows 80 characters; the try comes behind the run's name."""
    from homeward.domain.sync import run_name

    for run_id in (RUN_ID, "backfill__2026-11-12T00:00:00+00:00", "x" * 250, "what, ever/it is"):
        assert len(f"{run_name('sync_namus_cases', run_id)}-99") <= 80
    assert run_name("a", "a:b") != run_name("a", "a-b") != run_name("b", "a-b")
