"""
### Keep cases and the face collection in step with the FBI's public list

Missing persons only: the same list holds fugitives and victims of crimes, which are told apart before any picture is
asked for. Everything else is as in [sync_namus_cases](/dags/sync_namus_cases): tasks, windows, withdrawal, reports, and
what to do when a task fails.

| task | what is different here |
|---|---|
| `sweep_cases` | reads the whole list, some 25 requests, and keeps the missing persons |
| `fetch_cases` | `modified` is touched in bulk: such a case costs a request and a row, no face |
| `withdraw_cases` | who is located, or no longer listed as missing, is closed and leaves the collection |

Race is one word there, translated to the policy's groups; what can't be translated is a group without evidence, and
asks for a person. Only prose says when somebody was last seen, so that is unknown.

Environment: `HOMEWARD_FBI_URL`, `HOMEWARD_FBI_PICTURES_URL`, `HOMEWARD_FBI_AUTHORITY` and `HOMEWARD_FBI_CONTACT`
(needed for any address that is not this machine), `HOMEWARD_FBI_REQUESTS_PER_SECOND` (1; 0 is no limit),
`HOMEWARD_FBI_CA_BUNDLE`, `HOMEWARD_FBI_BLOCKED_MINUTES`.
"""

from __future__ import annotations

from airflow.sdk import CronDataIntervalTimetable, dag
from airflow.sdk.timezone import datetime

from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.sync_wiring import DEFAULT_ARGS, PARAMS, sync_tasks


@dag(
    dag_id="sync_fbi_cases",
    dag_display_name="Sync FBI cases",
    description="Missing persons of the FBI's list, created or modified in the window: records, photos, faces",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("@daily", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"ingestion", "fbi"},
    on_failure_callback=OperationsNotifier(Runbook.SYNC),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def sync_fbi_cases() -> None:
    """Wire the tasks of the source `fbi`."""
    sync_tasks("fbi")


sync_fbi_cases()
