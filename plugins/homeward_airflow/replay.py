"""The tasks of replay_detections: each reads Airflow's context where it must, and calls one use case of the core."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

from homeward import bootstrap
from homeward.domain.sync import run_name

WEEK = timedelta(days=7)


def plan_replay() -> list[dict[str, str]]:
    """Choose the detections (those of the last week, unless *since* and *until* say otherwise) and the policy."""
    context = get_current_context()
    params, asked = context["params"], context["dag_run"].run_after
    since = params["since"] or (asked - WEEK).isoformat()
    until = params["until"] or asked.isoformat()
    terms = (params["policy"] or "", params["collection"] or "", params["batch_size"])
    return bootstrap.plan_replay()(_run(), since, until, *terms)


def replay_detections(batch: dict[str, str]) -> dict[str, int]:
    """Decide one batch again: from stored matches, or from the picture where they don't suffice."""
    get_current_context()["label"] = batch["label"]  # type: ignore[typeddict-unknown-key]
    return bootstrap.replay_detections()(_run(), batch["batch"])


def summarise_replay() -> dict[str, Any]:
    """Write the report; fails when a batch left no results, so that the run's state is true."""
    report = bootstrap.summarise_replay()(_run())
    if report["missing_batches"]:
        raise AirflowFailException(f"no results of batches {', '.join(report['missing_batches'])}; clear their tasks")
    return {name: report[name] for name in ("detections", "changes", "sources", "unknown")}


def _run() -> str:
    run = get_current_context()["dag_run"]
    return run_name(run.dag_id, run.run_id)
