"""The task that has the state machine index_photos work through a manifest, as every DAG that admits photos does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.amazon.aws.operators.step_function import StepFunctionStartExecutionOperator

POLL_SECONDS, INDEX_HOURS = 3, 12


def index_photos(manifest: Any) -> StepFunctionStartExecutionOperator:
    """The task `index_photos`; `manifest` is what the task `write_manifest` returns."""
    return StepFunctionStartExecutionOperator(
        task_id="index_photos",
        doc_md="Runs the state machine over the manifest. A retry is an execution of its own: it does the rest.",
        aws_conn_id=None,
        state_machine_arn=manifest["machine_arn"],
        name="{{ ti.xcom_pull(task_ids='write_manifest', key='run') }}-{{ ti.try_number }}",
        # The machine reads bucket and key; whoever looks at the execution finds the way back to this run.
        state_machine_input={
            "bucket": manifest["bucket"],
            "key": manifest["key"],
            "dag_run": {"dag_id": "{{ dag.dag_id }}", "run_id": "{{ run_id }}"},
        },
        deferrable=True,
        waiter_delay=POLL_SECONDS,
        retry_delay=timedelta(seconds=10),
        waiter_max_attempts=INDEX_HOURS * 3600 // POLL_SECONDS,
    )
