"""
### Delete generations of the face collection that are no longer needed

Every day. A generation that `rebuild_collection` switched away from is kept for a way back, then deleted with all its
faces. **Started by hand it deletes no generation** unless *dry run* is taken away.

| task | does | when it fails |
|---|---|---|
| `clear_generations` | no generation beside the live one keeps a face of a photo that may not be found | clear it |
| `delete_retired` | deletes the generations that were retired long enough ago | clear it |

Withdrawals reach every generation at once, by the faces that the photos' rows know; `clear_generations` is the net
below that, for the face of a task that died at the wrong moment. `reconcile_collection` does it for the live one.

The live generation, one that is being built, and one that this system knows nothing of are never deleted. Asking for a
retired one again (`rebuild_collection` with *switch to*) keeps it for as long again.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, Param, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import rebuild
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

PARAMS = {
    "dry_run": Param(
        True,
        type="boolean",
        title="Dry run",
        description="Only name the generations whose time is up. Runs of the schedule delete, whatever this says.",
        section="Safety",
    ),
    "keep_days": Param(
        30,
        type="integer",
        minimum=1,
        maximum=3650,
        title="Days to keep",
        description="How long a generation stays after another one became the live one.",
        section="Safety",
    ),
}
DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2.0,
    "execution_timeout": timedelta(hours=2),
}


@dag(
    dag_id="retire_generations",
    dag_display_name="Retire generations of the collection",
    description="Generations of the face collection that were replaced are deleted when their time is up",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("30 6 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"collection", "operations"},
    on_failure_callback=OperationsNotifier(Runbook.REBUILD_COLLECTION),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def retire_generations() -> None:
    """First what must not be found, then what isn't needed."""
    task(rebuild.clear_generations)() >> task(rebuild.delete_retired)()


retire_generations()
