"""Tells the operators that a run of a DAG failed: `on_failure_callback` of every DAG.

It runs in the DAG processor, which knows why the run failed and the last task that did, and has no database. Airflow
logs what goes wrong here, and doesn't try again: CloudWatch's alarms, which take silence for bad news, stand behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow.sdk import BaseNotifier
from airflow.sdk.configuration import conf

from homeward import bootstrap
from homeward.domain.run_failures import RunFailure
from homeward.domain.runbooks import Runbook

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = ["OperationsNotifier", "Runbook"]


class OperationsNotifier(BaseNotifier):
    """One message with DAG, run, reason, the task, the way to the run, and the DAG's runbook."""

    def __init__(self, runbook: Runbook) -> None:
        super().__init__()
        self.runbook = runbook

    def render_template_fields(self, context: Context, jinja_env: object = None) -> None:
        """Nothing: no field is a template, and `dag.test` hands over a DAG that has no environment for them."""

    def notify(self, context: Context) -> None:
        """Tell it, unless the operators have just heard of the same failure."""
        bootstrap.tell_failure()(_failure(context), self.runbook)


def _failure(context: Context) -> RunFailure:
    dag, run = context["dag"].dag_id, str(context["run_id"])
    last = context.get("ti")
    base = conf.get("api", "base_url", fallback="").rstrip("/")
    return RunFailure(
        dag=dag,
        run=run,
        reason=str(context.get("reason") or "unknown"),
        task=last.task_id if last else None,
        link=f"{base}/dags/{dag}/runs/{quote(run, safe='')}" if base else None,
    )
