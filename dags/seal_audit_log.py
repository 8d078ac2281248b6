"""
### Seal the audit log, hour by hour

Every hour at 20 past. Each hour of the audit log becomes a file of its events and a signed digest, which names the
digest before it: whoever has the files and the public key can check that nothing was altered, added or taken away
(`homeward audit verify`; `docs/audit.md`).

| task | does | when it fails |
|---|---|---|
| `seal_hours` | seals every hour that is due and isn't sealed, oldest first | see below |

A run seals **all** hours that earlier runs left, so a missed run needs nothing. An hour is due 15 minutes after its
end. Clearing a run, triggering one by hand, and backfills are safe at any time: what is sealed stays as it is, and two
runs never make two chains. A run that died in the middle is finished by the next one.

**Late events**, written to an hour after it was sealed, go into the next hour that is sealed. `late` in the task's
result counts them by their own hour. Some are normal; many mean that a writer hangs, or that its clock is wrong.

**The log isn't as it was left** (`SealError`): nothing is sealed until a person has looked, because the seal would make
it look right. `docs/runbooks/audit_log.md` says what to do.

**Airflow or KMS was down**: the next run does everything. Until then `homeward audit verify` names the hours that are
missing, from 100 minutes after their end.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronDataIntervalTimetable, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import sealing
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 3,
    "retry_delay": timedelta(minutes=2),
    "execution_timeout": timedelta(minutes=50),
}


@dag(
    dag_id="seal_audit_log",
    dag_display_name="Seal the audit log",
    description="Signed digests of the audit log, one an hour, each naming the one before it",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("20 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"audit", "operations"},
    on_failure_callback=OperationsNotifier(Runbook.AUDIT_LOG),
    default_args=DEFAULT_ARGS,
)
def seal_audit_log() -> None:
    """One task: the chain is one line, and so is the work."""
    task(sealing.seal_hours)()


seal_audit_log()
