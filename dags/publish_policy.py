"""
### Make a matching policy the live one, after a named person has approved it

Started by `measure_bias` with what it proposes, or by hand with the *version* of a policy that lies in the cases bucket
(`policy/<version>.json`). Nothing here changes a policy: it is read, checked, put to a person, and pointed to.

| task | does | when it fails |
|---|---|---|
| `check_policy` | is it usable, does its report fit the live collection and model? | see *Refused* |
| `ask_whom` | a policy that was live before goes on without a question | clear it and what follows |
| `approve_policy` | asks a person: *Required Actions* in the UI | nobody answered in 14 days |
| `decide_policy` | audits the answer; switches the one SSM parameter | clear it: doing it twice changes nothing |

**To approve**: open *Required Actions* (Browse), read the report that is named there, choose, leave a note. Your name
and note are in the audit trail: `homeward audit show policy:<version>`.

**Rollback** is one run: trigger with the *version* that was live before. It isn't asked about again, but it is checked
again: a policy of another collection or face model stays refused. The floor that ships rests on no measurement and
can always come back.

**Refused** (`PolicyError`): the log says what doesn't fit. Mostly the collection was rebuilt since: trigger
`measure_bias`, and approve what that proposes.

Functions see a new policy within a minute. Executions that run meanwhile end under the one that decided about them.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Param, TriggerRule, dag
from airflow.sdk import task as airflow_task
from airflow.sdk.timezone import datetime

from homeward_airflow import assets, policy
from homeward_airflow.notifier import OperationsNotifier, Runbook
from homeward_airflow.tasks import task

PARAMS = {
    "version": Param(
        "",
        type="string",
        pattern="^[a-z0-9][a-z0-9.-]{0,59}$",
        title="Version",
        description="Which policy is to go live: policy/<version>.json in the cases bucket.",
        section="Policy",
    ),
    "reason": Param(
        "",
        type="string",
        title="Reason",
        description="Why now; it goes into the audit trail. For a rollback: what went wrong.",
        section="Policy",
    ),
}
DEFAULT_ARGS = {
    "owner": "operations",
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
}


@dag(
    dag_id="publish_policy",
    dag_display_name="Publish a policy",
    description="A matching policy goes live after a named person has approved it; rollback is one run",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags={"fairness", "policy"},
    on_failure_callback=OperationsNotifier(Runbook.POLICY),
    params=PARAMS,
    default_args=DEFAULT_ARGS,
)
def publish_policy() -> None:
    """Check, ask unless it was live before, decide."""
    checked = task(policy.check_policy)()
    whom = airflow_task.branch(policy.must_ask, task_id="ask_whom")(checked)
    ask = policy.ApprovalOperator(
        task_id="approve_policy",
        subject="Shall matching policy {{ params.version }} go live?",
        body="{{ ti.xcom_pull(task_ids='check_policy')['body'] }}",
        options=[policy.APPROVE, policy.REJECT],
        params={"note": Param("", type="string", title="Note", description="Why; it goes into the audit trail.")},
        response_timeout=timedelta(days=14),
    )
    decided = task(policy.decide_policy, trigger_rule=TriggerRule.ALL_DONE, outlets=[assets.POLICY])(
        checked, ask.output
    )
    whom >> ask
    whom >> decided


publish_policy()
