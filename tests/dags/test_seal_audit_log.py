"""The wiring of seal_audit_log, and what its task makes of Airflow's context."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from homeward.domain import audit_format as form

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


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
