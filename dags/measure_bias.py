"""
### Measure error rates by recorded group, and propose thresholds that rest on them

Monthly, and whenever another collection or policy went live. Compares every photo of an open case with every other
one, through the live face collection, and nothing else: no camera picture is used, **nothing goes live by itself**.

| task | does | when it fails |
|---|---|---|
| `plan_measurement` | lists photos and groups; what it will cost | its log names the limit; see *Cost* |
| `measure_similarities` | one batch: a SearchFaces call for each photo | clear it: what is measured stays |
| `report_bias` | rates with intervals, thresholds, the report | clear it and what follows |
| `propose_policy` | writes a policy with its evidence; skipped when nothing changes | clear it and what follows |
| `publish_policy` | starts the DAG of that name, in which a person decides | start that DAG by hand |

The report is the tab *Bias report* of the run, and `bias/<run>/report.json` in the cases bucket. How to read it, and
what it can't show: `docs/fairness.md`.

**Cost**: a call for each photo, 0.001 USD at list price: 24.62 USD for 24,620 photos. Nothing, when faces and face
model are those of an earlier run. Trigger with *dry run* to see the cost alone (`plan_measurement`, XCom *cost*); a
plan that would make more than *max calls* is refused before the first one. Without photos everything is skipped.

**Cut short**: clear what failed, with downstream; only batches without results are measured. When the collection
changed meanwhile, the report says so; after a change of collection or face model nothing is proposed: trigger again.

**Nothing is proposed**: the log of `propose_policy` says why. Too few people in a group is no failure: that group keeps
the strictest thresholds and a person, and the report says how many more people it would take.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import AssetOrTimeSchedule, CronDataIntervalTimetable, Param, TriggerRule, dag
from airflow.sdk.timezone import datetime

from homeward_airflow import assets, bias
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

PARAMS = {
    "dry_run": Param(
        False,
        type="boolean",
        title="Dry run",
        description="Only plan, and show what the measurement would cost.",
        section="Cost",
    ),
    "max_calls": Param(
        50_000,
        type="integer",
        minimum=0,
        maximum=10_000_000,
        title="Max calls",
        description="A plan that needs more Rekognition calls is refused; 1,000 calls are 1 USD at list price.",
        section="Cost",
    ),
    "batch_size": Param(
        500,
        type="integer",
        minimum=1,
        maximum=10_000,
        title="Photos per task",
        description="Grows by itself where there are more than 1,024 batches.",
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
    dag_id="measure_bias",
    dag_display_name="Measure bias",
    description="Error rates by recorded group from the live collection, thresholds, a proposed policy",
    doc_md=__doc__,
    schedule=AssetOrTimeSchedule(
        timetable=CronDataIntervalTimetable("0 3 1 * *", timezone="UTC"),
        assets=assets.COLLECTION | assets.POLICY,
    ),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"fairness", "policy"},
    on_failure_callback=OperationsNotifier(Runbook.MEASURE_BIAS),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def measure_bias() -> None:
    """Plan, measure batch by batch, report, propose, hand over to a person."""
    batches = task(bias.plan_measurement)()
    measured = task(
        bias.measure_similarities,
        map_index_template="{{ label }}",
        max_active_tis_per_dag=2,
        execution_timeout=timedelta(hours=2),
    ).expand(batch=batches)
    # Nothing left to measure skips the batches; a batch that failed stops the rest.
    rule = TriggerRule.NONE_FAILED
    report = task(bias.report_bias, trigger_rule=rule, execution_timeout=timedelta(hours=1))()
    proposal = task(bias.propose_policy)()
    publish = TriggerDagRunOperator(
        task_id="publish_policy",
        doc_md="A person approves or rejects the proposal there.",
        trigger_dag_id="publish_policy",
        trigger_run_id=proposal["version"],
        conf={"version": proposal["version"], "reason": proposal["reason"]},
        skip_when_already_exists=True,
    )
    measured >> report >> proposal >> publish


measure_bias()
