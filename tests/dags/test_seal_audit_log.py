"""The wiring of seal_audit_log, and whole runs of it in Airflow's own test executor, on the deployed stack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from homeward.domain import audit_format as form
from homeward.domain.audit import audit_event
from homeward.settings import Settings
from homeward.verifier.signatures import PublicKeys
from homeward.verifier.verify import Verification
from tests.deployed import deployed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with deployed(tmp_path_factory.mktemp("seal"), "homeward") as settings:
        bootstrap.settings.cache_clear()
        yield settings
    bootstrap.settings.cache_clear()


def test_its_runs_come_when_an_hour_is_due_and_never_two_at_once(dagbag: Any) -> None:
    dag = dagbag.dags["seal_audit_log"]
    assert dag.max_active_runs == 1
    minute = int(dag.timetable.expression.split()[0])
    assert dag.timetable.expression == f"{minute} * * * *"
    assert timedelta(minutes=minute) > form.GRACE, "the hour before is due"
    task = dag.get_task("seal_hours")
    tries = timedelta(minutes=minute) + task.retries * task.retry_delay + task.execution_timeout
    assert tries < form.OVERDUE, "who verifies doesn't call a gap what a run is still about to seal"


@pytest.mark.parametrize(
    ("interval", "until"),
    [({"data_interval_end": NOON}, NOON), ({}, NOON + timedelta(hours=3)), ({"data_interval_end": None}, None)],
)
def test_a_run_seals_up_to_its_interval(
    monkeypatch: pytest.MonkeyPatch, interval: dict[str, Any], until: datetime | None
) -> None:
    from airflow.sdk.execution_time.context import set_current_context

    from homeward_airflow import sealing

    asked = NOON + timedelta(hours=3)
    called: list[datetime] = []
    monkeypatch.setattr(bootstrap, "seal_hours", lambda: called.append)
    context: Any = {"dag_run": SimpleNamespace(run_after=asked), **interval}
    with set_current_context(context):
        sealing.seal_hours()
    assert called == [until or asked]


def test_runs_seal_what_was_written_and_the_log_is_whole(
    dagbag: Any, airflow_database: None, settings: Settings
) -> None:
    now = datetime.now(UTC)
    for hours in (5, 4, 2):
        bootstrap.audit_log().append(audit_event(now - timedelta(hours=hours), "person:ann", "look", "case:x", "DONE"))
    ran = dagbag.dags["seal_audit_log"].test()
    assert [str(one.state) for one in ran.get_task_instances()] == ["success"]
    dagbag.dags["seal_audit_log"].test()
    verification = Verification(bootstrap.audit_shelf(), PublicKeys.of([bootstrap.audit_public_key()]))
    # By the runs' own interval: for some minutes of each hour one more is due, and the run that seals it still to come.
    assert [str(problem) for problem in verification.problems(form.last_due(ran.data_interval_end))] == []
    assert verification.first == form.hour_of(now - timedelta(hours=5))
    assert verification.events >= 3
