"""What the notifier makes of Airflow's context."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from homeward.domain.run_failures import RunFailure
from homeward.domain.runbooks import Runbook

RUN = "manual__2026-11-22T21:15:00+00:00"


def told(context: dict[str, Any], base_url: str = "") -> RunFailure:
    from homeward_airflow.notifier import OperationsNotifier

    called: list[tuple[RunFailure, Runbook]] = []
    with pytest.MonkeyPatch.context() as patches:
        patches.setenv("AIRFLOW__API__BASE_URL", base_url)
        patches.setattr(bootstrap, "tell_failure", lambda: lambda *terms: called.append(terms))
        OperationsNotifier(Runbook.SYNC)({"dag": SimpleNamespace(dag_id="sync_fbi_cases"), "run_id": RUN, **context})
    ((failure, runbook),) = called
    assert runbook is Runbook.SYNC
    return failure


def test_all_that_the_dag_processor_knows() -> None:
    context = {"reason": "task_failure", "ti": SimpleNamespace(task_id="summarise_sync")}
    link = "http://127.0.0.1:18080/dags/sync_fbi_cases/runs/manual__2026-11-22T21%3A15%3A00%2B00%3A00"
    assert told(context, "http://127.0.0.1:18080/") == RunFailure(
        "sync_fbi_cases", RUN, "task_failure", "summarise_sync", link
    )


@pytest.mark.parametrize("context", [{}, {"reason": None}, {"ti": None}])
def test_the_least_that_it_knows(context: dict[str, Any]) -> None:
    assert told(context) == RunFailure("sync_fbi_cases", RUN, "unknown")


def test_an_error_is_not_hidden() -> None:
    """Airflow logs it; nobody must think that the operators know."""
    from homeward_airflow.notifier import OperationsNotifier

    def refuse() -> Any:
        raise RuntimeError("no")

    context: Any = {"dag": SimpleNamespace(dag_id="x"), "run_id": RUN}
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(bootstrap, "tell_failure", refuse)
        with pytest.raises(RuntimeError):
            OperationsNotifier(Runbook.SYNC)(context)
