"""
### What would have been decided under another policy, or with another collection

Takes the detections of a period that are still kept, decides them again, and reports what would have differed. **Nobody
is alerted or asked**: no task here can. Trigger it by hand, before a new policy or a new collection goes live.

| task | does | when it fails |
|---|---|---|
| `plan_replay` | lists the detections, and copies the policy for the run | correct the field that its log names |
| `replay_detections` | decides one batch, 500 detections | clear it; other batches stay as they are |
| `summarise_replay` | the report | clear the batches that it names, with downstream |

The report is the tab *Replay report* of the run, and `replay/<run>/report.json` in the cases bucket, for 90 days:
counts by verdict then and now, and each detection that differs, with its reasons.

**Where the matches come from.** Stored matches are used where they hold all that the new search would find. Else, with
a lower search threshold or another collection, the picture is searched again; that costs 0.001 USD a call, and two
calls for a picture with a match. Where the picture is gone (most of those that matched nobody are deleted at once),
nobody can tell; the report counts them.

**A policy of your own**: `aws s3 cp candidate.json s3://<cases bucket>/policy/candidate.json`, then trigger with
*policy* `candidate`. A file there is not live: what is live is named by one SSM parameter, and by nothing else.

**What a replay can't show**: cases, photos and look-alikes are those of today, not of then; several alerts in one quiet
window would have been one message.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Param, TriggerRule, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import replay
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

MOMENT = {"type": ["null", "string"], "format": "date-time", "section": "Which detections"}
NAME = {"type": ["null", "string"], "maxLength": 200, "section": "Under what"}
PARAMS = {
    "since": Param(
        None,
        title="Since",
        description="Pictures taken from then on (UTC). Left empty: a week before the trigger.",
        **MOMENT,
    ),
    "until": Param(None, title="Until", description="Pictures taken before then. Left empty: until now.", **MOMENT),
    "policy": Param(
        None,
        title="Policy",
        description="A version (policy/VERSION.json in the cases bucket) or an object key. Empty: the live one.",
        **NAME,
    ),
    "collection": Param(
        None,
        title="Collection",
        description="A face collection to search in instead, e.g. missing-people-2. Empty: where each was searched.",
        **NAME,
    ),
    "batch_size": Param(
        500,
        type="integer",
        minimum=1,
        maximum=10_000,
        title="Detections per task",
        description="Grows by itself where the period holds more than 1,024 batches.",
        section="Tuning",
    ),
}
DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
}


@dag(
    dag_id="replay_detections",
    dag_display_name="Replay detections",
    description="Kept detections decided again under another policy or collection; alerts nobody",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"detection", "policy"},
    on_failure_callback=OperationsNotifier(Runbook.REPLAY_DETECTIONS),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def replay_detections() -> None:
    """Plan, decide batch by batch, report."""
    batches = task(replay.plan_replay)()
    decided = task(
        replay.replay_detections,
        map_index_template="{{ label }}",
        max_active_tis_per_dag=4,
        execution_timeout=timedelta(hours=2),
    ).expand(batch=batches)
    decided >> task(replay.summarise_replay, trigger_rule=TriggerRule.ALL_DONE)()


replay_detections()
