"""A failed run is told to the operators, as the DAG processor calls it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from homeward.domain.errors import PublishError
from homeward.domain.runbooks import Runbook
from tests.fakes import FakeOperators


def context(run_type: str | None = "scheduled") -> dict[str, Any]:
    """What Airflow hands over; without the run when it couldn't be represented."""
    told = {"dag": SimpleNamespace(dag_id="sync_namus_cases"), "run_id": "scheduled__2026+1", "reason": "task_failure"}
    if run_type:
        told |= {"dag_run": SimpleNamespace(run_type=run_type), "ti": SimpleNamespace(task_id="sweep_cases")}
    return told


@pytest.fixture
def operators(monkeypatch: pytest.MonkeyPatch) -> FakeOperators:
    operators = FakeOperators()
    monkeypatch.setattr(bootstrap, "operators", lambda: operators)
    return operators


@pytest.mark.parametrize("run_type", ["scheduled", "backfill", "asset_triggered", None])
def test_what_failed_where_and_what_to_do(dagbag: Any, operators: FakeOperators, run_type: str | None) -> None:
    notifier = dagbag.dags["sync_namus_cases"].on_failure_callback
    notifier(context(run_type))
    ((subject, text, runbook),) = operators.told
    assert subject == "sync_namus_cases failed"
    assert "task_failure" in text
    assert ("sweep_cases" in text) == (run_type is not None)
    assert text.endswith("/dags/sync_namus_cases/runs/scheduled__2026%2B1")
    assert runbook is Runbook.SYNC


def test_who_starts_a_run_by_hand_is_looking(operators: FakeOperators) -> None:
    from homeward_airflow.notifier import tell_operators

    tell_operators("sync")(context("manual"))
    assert operators.told == []


def test_a_message_that_cannot_be_sent_ends_in_the_log(
    operators: FakeOperators, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from homeward_airflow.notifier import tell_operators

    def refuse(*_: Any) -> None:
        raise PublishError("no such topic")

    monkeypatch.setattr(operators, "tell", refuse)
    tell_operators("sync")(context())
    assert "no such topic" in caplog.text
