"""
### How is the whole of it doing?

Every 15 minutes. Measures what the alarms in CloudWatch look at: namespace `Homeward`, dimension `Stack`.

| task | does | when it fails |
|---|---|---|
| `watch_operations` | reads and measures, changes nothing | its log names what couldn't be read; clear it |

| metric | from | alarm |
|---|---|---|
| `HoursSinceSync` (by `Source`) | the newest complete sync's window | 36 hours |
| `HoursSinceReconcile`, `DriftLeft` | the newest reconcile run | 36 hours; anything |
| `HoursSinceExpiry`, `LateErasures` | the newest run of `expire_records` that deleted | 36 hours; anything |
| `HoursSinceSeal` | the newest sealed hour of the audit log | 4 hours |
| `OldestOpenReviewSeconds` | the questions that are open | 12 hours |
| `SilentCameras`, `TroubledCameras` | the cameras' heartbeats in the pictures bucket | one |

It reads `latest/<job>.json` in the cases bucket, the cameras' heartbeats, the index of open questions, and the depth of
the dead-letter queue:
no table is scanned. **When this DAG stands still, ages are missing, and their alarms fire within two hours**: that is
how you hear that Airflow is down. See `docs/runbooks/operations.md`.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import operations
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "execution_timeout": timedelta(minutes=5),
}


@dag(
    dag_id="watch_operations",
    dag_display_name="Watch the operations",
    description="Measures what the alarms look at: ages of syncs and other jobs, drift, late erasures, open questions",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("*/15 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"operations"},
    on_failure_callback=OperationsNotifier(Runbook.OPERATIONS),
    default_args=DEFAULT_ARGS,
)
def watch_operations() -> None:
    """One task."""
    task(operations.watch_operations)()


watch_operations()
