"""Tells the operators when a run has failed; every DAG has it as its `on_failure_callback`.

The callback of a DAG runs in the DAG processor, whatever became of the workers. It tells of scheduled, backfilled and
asset-triggered runs: who starts one by hand is looking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.configuration import conf
from airflow.sdk import BaseNotifier

from homeward import bootstrap
from homeward.domain.runbooks import Runbook

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context

BY_HAND = "manual"


class OperationsNotifier(BaseNotifier):
    """One message for a failed run: what, why, where to look, and the runbook."""

    def __init__(self, runbook: Runbook) -> None:
        super().__init__()
        self.runbook = runbook

    def notify(self, context: Context) -> None:
        """Send it; nothing when the run was started by hand."""
        told: Any = context
        run = told.get("dag_run")
        if run is not None and str(run.run_type) == BY_HAND:
            return
        dag_id, run_id = told["dag"].dag_id, told["run_id"]
        last = told.get("ti")
        where = f" The last task to fail was {last.task_id}." if last is not None else ""
        why = told.get("reason") or "no reason given"
        text = f"Run {run_id} of {dag_id} failed ({why}).{where} {_link(dag_id, run_id)}"
        bootstrap.operators().tell(f"{dag_id} failed", text, self.runbook)


def _link(dag_id: str, run_id: str) -> str:
    base = conf.get("api", "base_url", fallback="").rstrip("/")
    return f"{base}/dags/{dag_id}/runs/{quote(run_id, safe='')}"


def tell_operators(runbook: str) -> OperationsNotifier:
    """The notifier of a DAG: `runbook` is one of `docs/runbooks`."""
    return OperationsNotifier(Runbook(runbook))
