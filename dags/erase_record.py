"""
### Erase a case or a detection from every store

For a request that somebody has the right to make: the person who was found, a family, a court. **There is no way
back.** Trigger it by hand; the form asks what and why, and your user name goes into the audit trail.

| task | does | when it fails |
|---|---|---|
| `request_erasure` | notes who asks for what and why, before anything goes | correct the field that its log names |
| `erase_record` | erases it store by store, and looks again in each | leave it: `expire_records` goes on every night |

A **case** goes on the suppression list, so that no sync, rebuild or backup brings it back; its faces leave every
generation of the collection, its pictures and raw records every version; alerts that were sent are taken back first.
Detections and reviews that name it keep a word in its place. A **detection** goes with its picture, its question and
its alert.

What stays, for good: that it was erased, when, by whom and why (`homeward audit show`), and no more of it than its key.
A store that is down delays the erasure, and the others are done meanwhile. An alert that may be on its way delays it by
five minutes. After three days the operators are told.

What nobody can erase at once (histories of executions at AWS, logs) is in `docs/retention.md`.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Param, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import retention
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

PARAMS = {
    "target": Param(
        None,
        type="string",
        minLength=5,
        maxLength=200,
        title="Case or detection",
        description="A case key, e.g. namus:MP:51557, or a detection's id as alerts and reviews show it.",
        section="What",
    ),
    "reason": Param(
        None,
        type="string",
        minLength=5,
        maxLength=500,
        title="Reason",
        description="Why, in your words. No names of people: this text stays in the audit trail for good.",
        section="Why",
    ),
}
DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 4,
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=30),
    "execution_timeout": timedelta(hours=1),
}


@dag(
    dag_id="erase_record",
    dag_display_name="Erase a case or a detection",
    description="Takes everything about a case or a detection out of every store, and confirms each",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"retention"},
    on_failure_callback=OperationsNotifier(Runbook.EXPIRE_RECORDS),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def erase_record() -> None:
    """The word first, then the deed."""
    task(retention.erase_record)(task(retention.request_erasure)())


erase_record()
