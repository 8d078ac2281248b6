"""
### Keep cases and the face collection in step with NamUs

Each run is about the cases that were **created or modified in its window** (its data interval: one day, UTC). It brings
them into the tables and the cases bucket, and their photos into the face collection. Any window can be repeated or
backfilled, in any order: what is stored already is left alone.

| task | does | when it fails |
|---|---|---|
| `choose_window` | the data interval, or *since*/*until* | correct the two parameters |
| `sweep_cases` | reads the whole index, state by state | NamUs is down or refuses us; see below |
| `diff_cases` | new and changed cases of the window, in batches | clear it and what follows |
| `fetch_cases` | one batch: records, photos, audit events | its log names the cases; the next run tries them again |
| `withdraw_cases` | cases that two complete sweeps missed and that are gone (404) | clear it and what follows |
| `remove_faces` | deletes the faces of photos that must leave, of any run | clear it and what follows |
| `write_manifest` | every photo that still waits, of any run; skipped when there is none | clear it and what follows |
| `index_photos` | runs the machine of that name, and waits | its execution lists the photos; a retry does the rest |
| `summarise_sync` | the report, from what is really there | reads out what is missing |

**Something is missing** (`summarise_sync` failed): clear the failed tasks with their downstream ones. Nothing is done
twice. The report is `sync/<run>/report.json` in the cases bucket; the audit trail has it under `run:<run>`.

**NamUs refuses us** (403, `SourceBlockedError`): pause this DAG and ask NamUs. Nothing here tries to get around it:
for an hour (`HOMEWARD_NAMUS_BLOCKED_MINUTES`) nothing on this machine asks again, unless somebody deletes the file
that the error names.

**Too many cases vanished** (`diff_cases` failed, `VanishedError`): more than 2 % of the open cases are no longer
listed. Nothing was changed. Look at the source; if they really are gone, trigger with *accept vanished*.

**First fill**: trigger with *since* `1990-01-01T00:00:00Z`. At one request a second, 26,000 cases take about a day; the
run may be interrupted at any time.

**Backfill** (UI: Trigger > Backfill):
`airflow backfill create --dag-id sync_namus_cases --from-date 2026-11-01 --to-date 2026-11-07`

Environment: `HOMEWARD_NAMUS_URL`, `HOMEWARD_NAMUS_AUTHORITY` and `HOMEWARD_NAMUS_CONTACT` (needed for any address
that is not this machine), `HOMEWARD_NAMUS_REQUESTS_PER_SECOND` (1; 0 is no limit), `HOMEWARD_NAMUS_CA_BUNDLE`,
`HOMEWARD_SOURCES_QUEUE` (where there are several workers: a queue that one of them serves).
"""

from __future__ import annotations

from airflow.sdk import CronDataIntervalTimetable, dag
from airflow.sdk.timezone import datetime

from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.sync_wiring import DEFAULT_ARGS, PARAMS, sync_tasks


@dag(
    dag_id="sync_namus_cases",
    dag_display_name="Sync NamUs cases",
    description="Cases created or modified in the window: records, photos, faces",
    doc_md=__doc__,
    # A bare cron string would give runs without an interval: they would find nothing to do.
    schedule=CronDataIntervalTimetable("@daily", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=2,
    tags={"ingestion", "namus"},
    on_failure_callback=OperationsNotifier(Runbook.SYNC),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def sync_namus_cases() -> None:
    """Wire the tasks of the source `namus`."""
    sync_tasks("namus")


sync_namus_cases()
