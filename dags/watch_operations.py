"""
### How it goes, in five numbers

Every quarter of an hour. Reads a handful of small things and puts them into CloudWatch (namespace *Homeward*), where
the template's alarms look. An alarm also goes off when these numbers stop coming: then this DAG, or all of Airflow,
stands still.

| task | does | when it fails |
|---|---|---|
| `watch_operations` | puts the metrics below | clear it |

| metric | alarm | runbook |
|---|---|---|
| `HoursSinceSync` | over 48 | `docs/runbooks/sync.md` |
| `HoursSinceSeal` | over 4 | `docs/runbooks/audit_log.md` |
| `OldestReview` | half of a review's time has passed | `docs/runbooks/reviews.md` |
| `DriftLeft` | anything | `docs/runbooks/reconcile_collection.md` |
| `ErasuresLate` | anything | `docs/runbooks/expire_records.md` |
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, dag, task
from airflow.sdk.timezone import datetime

from homeward_airflow import operations, redrive
from homeward_airflow.notifier import tell_operators

DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "retry_policy": redrive.RETRY_POLICY,
    "execution_timeout": timedelta(minutes=5),
}


@dag(
    dag_id="watch_operations",
    dag_display_name="Watch operations",
    description="Puts into CloudWatch what alarms look at: late syncs, unsealed hours, waiting reviews, drift",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("*/15 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"operations"},
    default_args=DEFAULT_ARGS,
    on_failure_callback=tell_operators("operations"),
)
def watch_operations() -> None:
    """One task."""
    task(operations.watch_operations)()


watch_operations()
