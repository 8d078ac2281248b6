"""The wiring that every sync DAG shares; what its tasks do is in `homeward_airflow.sync`."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import Param, TriggerRule
from airflow.sdk.configuration import conf

from homeward_airflow import sync
from homeward_airflow.indexing import index_photos
from homeward_airflow.tasks import task

PARAMS: dict[str, Param] = {
    "since": Param(
        None,
        type=["null", "string"],
        format="date-time",
        title="Since",
        description="Beginning of the window (UTC), instead of the run's data interval.",
        section="Window",
    ),
    "until": Param(
        None,
        type=["null", "string"],
        format="date-time",
        title="Until",
        description="End of the window, itself not included. Left empty beside *since*: the time of the trigger.",
        section="Window",
    ),
    "accept_vanished": Param(
        False,
        type="boolean",
        title="Accept vanished",
        description="A person has looked: more than 2 % of the cases really are gone from the source.",
        section="Safety",
    ),
    "batch_size": Param(
        25,
        type="integer",
        minimum=1,
        maximum=500,
        title="Cases per task",
        description="Grows by itself where the window holds more than 256 batches.",
        section="Tuning",
    ),
}

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "ingestion",
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
}


def sync_tasks(source: str) -> None:
    """All tasks of a source's DAG; `source` as `bootstrap.SOURCES` names it."""
    queue = _sources_queue()
    window = task(sync.choose_window)()
    sweep = task(sync.sweep_cases, queue=queue, execution_timeout=timedelta(hours=1))(source)
    batches = task(sync.diff_cases)(source, window["since"], window["until"])
    fetched = (
        task(
            sync.fetch_cases,
            queue=queue,
            map_index_template="{{ label }}",
            max_active_tis_per_dag=4,
            execution_timeout=timedelta(hours=2),
        )
        .partial(source=source)
        .expand(batch=batches)
    )
    gone = task(sync.withdraw_cases, queue=queue)(source)
    removed = task(sync.remove_faces, trigger_rule=TriggerRule.ALL_DONE)(source)
    # Photos that wait are indexed whatever became of the other batches, or of the run that admitted them.
    manifest = task(sync.write_manifest, trigger_rule=TriggerRule.ALL_DONE)()
    index = index_photos(manifest)
    summary = task(sync.summarise_sync, trigger_rule=TriggerRule.ALL_DONE)(source)
    window >> sweep >> batches >> gone
    [fetched, gone] >> removed >> manifest
    index >> summary


def _sources_queue() -> str:
    """Where tasks that ask a source run: its pace and breaker are files, so never more than one machine."""
    return os.environ.get("HOMEWARD_SOURCES_QUEUE") or str(conf.get("operators", "default_queue"))
