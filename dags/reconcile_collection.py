"""
### Bring pictures, tables and face collection into agreement

Every night. Reads what each of the three holds, notes every disagreement, mends what is certain and reports the rest.
**Started by hand it changes nothing** unless *dry run* is taken away.

| task | does | when it fails |
|---|---|---|
| `survey_collection` | reads all three; every disagreement: `reconcile/<run>/survey.json` | clear it and what follows |
| `repair_collection` | mends what is certain; skipped in a dry run | see *Too much drift* |
| `remove_faces` | deletes the faces and pictures of photos that must leave, of any run | clear it and what follows |
| `write_manifest` | every photo that waits for its face; skipped when there is none | clear it and what follows |
| `index_photos` | runs the machine of that name, and waits | its execution lists the photos; a retry does the rest |
| `summarise_reconcile` | looks once more; the report | see *Something is left* |

The report is the tab *Reconcile report* of the run; every change has an audit event with the run's name in it.

**Too much drift** (`DriftError`): more repairs than *max changes*. Nothing was changed. A lost table or bucket looks
like this, and repairing it would delete what is left. Look at the report; then trigger with a higher limit.

**Something is left** (`summarise_reconcile` failed): a repair didn't hold, or somebody changed the same things
meanwhile. Trigger it again with *dry run* off. `WAITING` is no failure: the next sync fetches what was lost.

**A person must judge**: foreign faces (`FACE_FOREIGN`) are never deleted, since nobody here knows whose they are: find
out who indexes into this collection. One person under two cases is listed as the newest run of `measure_bias` saw it.

A repair looks again right before it changes anything, so syncs and detections may run meanwhile. A run that was killed
can be cleared or triggered again at any time.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, Param, TriggerRule, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import reconcile, sync
from homeward_airflow.indexing import index_photos
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

PARAMS = {
    "dry_run": Param(
        True,
        type="boolean",
        title="Dry run",
        description="Report only, change nothing. Runs of the schedule always repair, whatever this says.",
        section="Safety",
    ),
    "max_changes": Param(
        500,
        type="integer",
        minimum=0,
        maximum=1_000_000,
        title="Max changes",
        description="A run that would have to repair more than this changes nothing and fails: a person must look.",
        section="Safety",
    ),
}
DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "execution_timeout": timedelta(hours=2),
}


@dag(
    dag_id="reconcile_collection",
    dag_display_name="Reconcile the collection",
    description="Pictures, tables and face collection agree every night; what can't be mended is told",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("30 4 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"collection", "operations"},
    on_failure_callback=OperationsNotifier(Runbook.RECONCILE_COLLECTION),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def reconcile_collection() -> None:
    """Survey, repair, then what the repairs ask of the collection, then a second look."""
    repaired = task(reconcile.repair_collection)()
    removed = task(reconcile.remove_faces)()
    manifest = task(sync.write_manifest)()
    index = index_photos(manifest)
    summary = task(reconcile.summarise_reconcile, trigger_rule=TriggerRule.ALL_DONE)(repaired)
    task(reconcile.survey_collection)() >> repaired >> removed >> manifest
    index >> summary


reconcile_collection()
