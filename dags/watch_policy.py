"""
### Can the live policy still alert?

Every hour. A policy's thresholds were measured with one face model, on one collection, at one time. When the live
face model is another, or the measurement is too old, alerts become questions to a person by themselves
(`MODEL_CHANGED`, `POLICY_EXPIRED` in their reasons). This DAG tells the operators, 30 days ahead where it can.

| task | does | when it fails |
|---|---|---|
| `watch_policy` | compares; one message for each new state, and again every day while it lasts | clear it |

**What to do**: trigger `measure_bias`, then approve what it proposes (`publish_policy`). See `docs/runbooks/policy.md`.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import policy
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "execution_timeout": timedelta(minutes=10),
}


@dag(
    dag_id="watch_policy",
    dag_display_name="Watch the policy",
    description="Tells operators when the live policy can't alert any more, or soon won't",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("5 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"fairness", "policy", "operations"},
    on_failure_callback=OperationsNotifier(Runbook.POLICY),
    default_args=DEFAULT_ARGS,
)
def watch_policy() -> None:
    """One task."""
    task(policy.watch_policy)()


watch_policy()
