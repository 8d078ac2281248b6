"""
### Look after everything that stopped halfway

Every five minutes. What a crash, an outage or a lost message left behind goes on; what nobody can mend is told to the
operators once. Nothing is done about work whose execution runs, so a run may be repeated or triggered at any time.

| task | does | when it fails |
|---|---|---|
| `redrive_dead_letters` | empties the dead-letter queue: receipts, pictures, failures | see *Receipts* |
| `redrive_frames` | frames without a running execution, and failed ones | clear it |
| `redrive_detections` | detections that stopped before they held a claim, and failed ones | clear it |
| `redrive_reviews` | open questions get a heartbeat; answers and time limits that got lost are handed over | clear it |
| `redrive_alerts` | detections that hold a claim to an alert, and are dead | clear it |
| `summarise_redrive` | an audit event (`run:<run>`) about what was done | reads out what is left for the next run |

Counts: `RESTART` begun again, `START` never started before, `RUNS`, `ENDED`, `EARLY` nothing to do (now), `LEFT` an
error, `GIVE_UP` given up, `PARKED` a letter that nobody can read, `REFUSED` a picture that can't be a detection.

**Receipts** come first: they say which alerts are out although their executions don't know it. While one can't be dealt
with, `redrive_dead_letters` fails and nothing is restarted, as that could alert twice. The next run tries again.

**A failed detection** is begun again at once, then after 10, 20, 40 and 80 minutes. After that it is given up: the
operators get one message, its letter is kept in its row, and it stays FAILED. Mend the cause, then trigger this DAG
with `detection:<id>` in *Again*.

**The same problem in every run**: its text names it. A function or a table that refuses us (`ServiceRefusedError`) is a
matter of permissions.

**A letter was parked**: it is `redrive/letters/<message>.json` in the cases bucket, for 90 days; the audit event
`park_letter` says why. If it should have been read, put it back into the queue after the mend.

**Airflow was down**: after 30 minutes without a heartbeat a waiting review asks again by itself, with the same time
limit. Nothing else depends on this DAG's being on time.

"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, Param, TriggerRule, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import redrive
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

PARAMS = {
    "limit": Param(
        1000,
        type="integer",
        minimum=1,
        maximum=10_000,
        title="Limit",
        description="How many pieces of work each task looks at, those that wait longest first.",
        section="Tuning",
    ),
    "again": Param(
        [],
        type="array",
        items={"type": "string", "pattern": "^(detection|frame):.+$"},
        title="Again",
        description="What was given up and is to be begun again, one a line: detection:ID or frame:ID.",
        section="By hand",
    ),
}
# The retry of a task comes after the letters that it held are visible again (two minutes).
DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 1,
    "retry_delay": timedelta(seconds=150),
    "execution_timeout": timedelta(minutes=30),
}


@dag(
    dag_id="redrive_stuck",
    dag_display_name="Redrive what is stuck",
    description="Dead letters, dead executions, lost answers, run out leases: everything goes on, or is told once",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("*/5 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"detection", "operations"},
    on_failure_callback=OperationsNotifier(Runbook.DEAD_LETTERS),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def redrive_stuck() -> None:
    """Letters first: the receipts among them say which alerts are out. Then everything that rows tell of."""
    letters = task(redrive.redrive_dead_letters)()
    rows = {
        "redrive_frames": task(redrive.redrive_frames)(),
        "redrive_detections": task(redrive.redrive_detections)(),
        "redrive_reviews": task(redrive.redrive_reviews)(),
        "redrive_alerts": task(redrive.redrive_alerts)(),
    }
    letters >> list(rows.values())
    task(redrive.summarise_redrive, trigger_rule=TriggerRule.ALL_DONE)({"redrive_dead_letters": letters, **rows})


redrive_stuck()
