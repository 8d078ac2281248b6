"""
### Build a new generation of the face collection

For a new face model, or when the collection was lost. A new collection is built from the stored photos **beside** the
live one, verified, and only then switched to, by one write of one SSM parameter. Detections search the live one all the
while; they never see one that is half built. **A dry run (the default) tells numbers and costs, and changes nothing.**

| task | does | when it fails |
|---|---|---|
| `plan_rebuild` | makes or resumes the next generation; the photos that lack a face in it | clear it and what follows |
| `index_generation` | one batch of photos each | clear it: what has its face is found and kept |
| `verify_generation` | catches up, counts, searches; the report | see *Unfit* |
| `switch_collection` | makes it live, if you said so; else skipped | it says why; clear `verify_generation` and on |
| `wait_for_functions` | until every function has seen the switch | clear it and what follows |
| `adopt_faces` | the photos' rows follow to the live faces | clear it; the nightly reconcile does the same |

The report is the tab *Rebuild report* of the run.

**Build, look, switch**: run it with *dry run* off. When the report says `VERIFIED`, run it again with *switch to* set
to the collection's name (and *dry run* off). It is verified once more: what was stored meanwhile is caught up. Or set
*switch* in the first run, to go live as soon as it is verified.

**Way back**: run it with *switch to* set to the former collection. It is kept for 30 days (`retire_generations`), and
withdrawals reach it as they reach the live one; what it lacks is indexed before the switch.

**Unfit** (`RebuildError`): the report lists what is wrong and names photos. The live collection is as it was. Mend the
cause, then trigger again: the generation is resumed, and what is done isn't paid again.

*Agreement* is the share of sampled photos whose stored picture finds the same case first as in the live generation. A
new face model may differ, so then it is shown, and not asked for.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.sensors.time_delta import WaitSensor
from airflow.sdk import Param, TriggerRule, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import rebuild
from homeward_airflow.assets import COLLECTION
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

SEEN = timedelta(seconds=90)  # functions keep the parameter for 60 seconds
PARAMS = {
    "dry_run": Param(
        True,
        type="boolean",
        title="Dry run",
        description="Only tell how many photos would be indexed, and what that costs. Nothing is built.",
        section="Safety",
    ),
    "switch": Param(
        False,
        type="boolean",
        title="Switch",
        description="Go live with the new generation as soon as it is verified, without another look of yours.",
        section="Safety",
    ),
    "switch_to": Param(
        None,
        type=["null", "string"],
        maxLength=200,
        title="Switch to",
        description="Prepare, verify and go live with this existing collection instead, e.g. missing-people-2.",
        section="Safety",
    ),
    "min_agreement": Param(
        0.98,
        type="number",
        minimum=0,
        maximum=1,
        title="Least agreement",
        description="Share of the live generation's photos, and of its search results, that the new one must have.",
        section="Verification",
    ),
    "sample": Param(
        200,
        type="integer",
        minimum=1,
        maximum=10_000,
        title="Searches",
        description="How many photos are searched, in both generations, at about 0.004 USD each.",
        section="Verification",
    ),
    "batch_size": Param(
        200,
        type="integer",
        minimum=1,
        maximum=1000,
        title="Photos per task",
        description="Grows by itself where there are more than 256 batches. Four tasks index at a time.",
        section="Tuning",
    ),
}
DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 4,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
}


@dag(
    dag_id="rebuild_collection",
    dag_display_name="Rebuild the collection",
    description="A new generation of the face collection, built and verified beside the live one; also the way back",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"collection", "operations"},
    on_failure_callback=OperationsNotifier(Runbook.REBUILD_COLLECTION),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def rebuild_collection() -> None:
    """Plan, index batch by batch, verify; then, if a person said so, switch and let the rows follow."""
    indexed = task(
        rebuild.index_generation,
        map_index_template="{{ label }}",
        max_active_tis_per_dag=4,
        execution_timeout=timedelta(hours=4),
    ).expand(batch=task(rebuild.plan_rebuild)())
    # Nothing to index is no reason not to verify.
    verified = task(rebuild.verify_generation, trigger_rule=TriggerRule.NONE_FAILED)()
    switched = task(rebuild.switch_collection, outlets=[COLLECTION])()
    # It takes a worker for so long: deferred, this sensor has no method to come back to.
    seen = WaitSensor(task_id="wait_for_functions", time_to_wait=SEEN, deferrable=False)
    indexed >> verified >> switched >> seen >> task(rebuild.adopt_faces)()


rebuild_collection()
