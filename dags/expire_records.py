"""
### Delete what is past its time

Every night. Deletes what the retention policy no longer keeps, and carries on with erasures that a store held up.
**Started by hand it deletes nothing** unless *dry run* is taken away.

| task | does | when it fails |
|---|---|---|
| `expire_records` | one task for each kind of record: rows, crops, raw records, files of runs | clear it |
| `retry_erasures` | tries every erasure again that isn't confirmed by every store | clear it; nothing is given up |
| `summarise_expiry` | the report, `expire/<run>/report.json` | clear what it names, with downstream |

How long each kind is kept, and why, is data: `policy/retention.json`; the live one is the SSM parameter
`/homeward/<stack>/retention`. What is still open is never deleted: a question without an answer, a claim, an alert
whose retraction nobody got, work that isn't over. A crop goes when its detection's row says so, or the policy does.

A run is about now, whatever its interval: a second run, or a backfill, finds nothing more to do. *Limit* bounds what
one task deletes; the next run goes on. A deletion and its audit event are one transaction; a run that was killed is
repeated by clearing it.

**An erasure is late** (an alarm after three days): the report names the store and its problem.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, Param, TriggerRule, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import retention
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

PARAMS = {
    "dry_run": Param(
        True,
        type="boolean",
        title="Dry run",
        description="Count only, delete nothing. Runs of the schedule always delete, whatever this says.",
        section="Safety",
    ),
    "limit": Param(
        20_000,
        type="integer",
        minimum=1,
        maximum=1_000_000,
        title="Limit",
        description="How much one task deletes at most; what is left is for the next run.",
        section="Safety",
    ),
    "look_again": Param(
        False,
        type="boolean",
        title="Look again",
        description="Go through every erasure there ever was: after a table was restored from a backup.",
        section="Erasures",
    ),
}
DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(hours=2),
}


@dag(
    dag_id="expire_records",
    dag_display_name="Expire records",
    description="Deletes what the retention policy no longer keeps, and carries on with erasures",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("30 5 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"retention", "operations"},
    on_failure_callback=OperationsNotifier(Runbook.EXPIRE_RECORDS),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def expire_records() -> None:
    """Every kind by itself, erasures beside them, then the report."""
    expired = task(retention.expire_records, map_index_template="{{ label }}", max_active_tis_per_dag=2).expand(
        kind=list(retention.KINDS)
    )
    erased = task(retention.retry_erasures)()
    task(retention.summarise_expiry, trigger_rule=TriggerRule.ALL_DONE)(expired, erased)


expire_records()
