"""The tasks of measure_bias: each reads Airflow's context where it must, and calls one use case of the core."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from homeward import bootstrap
from homeward.domain.sync import run_name

log = logging.getLogger(__name__)


def plan_measurement() -> list[dict[str, str]]:
    """List the photos to measure, and what that costs; refuses more calls than *max calls*. The batches to do."""
    context = get_current_context()
    params = context["params"]
    plan = bootstrap.plan_measurement()(_run(), params["max_calls"], params["batch_size"])
    if not plan["photos"]:
        raise AirflowSkipException("no open case has a photo in the collection")
    cost = {name: plan[name] for name in ("photos", "calls", "usd")}
    log.info("%(photos)s photos, %(calls)s calls of SearchFaces, %(usd).2f US dollars at list price", cost)
    context["ti"].xcom_push("cost", cost)
    return [] if params["dry_run"] else plan["batches"]


def measure_similarities(batch: dict[str, str]) -> dict[str, int]:
    """Measure one batch: a call for each photo. What is measured already isn't measured again."""
    get_current_context()["label"] = batch["label"]  # type: ignore[typeddict-unknown-key]
    return bootstrap.measure_similarities()(_run(), batch["batch"])


def report_bias() -> dict[str, Any]:
    """Error rates by group, thresholds, and the page for people."""
    if get_current_context()["params"]["dry_run"]:
        raise AirflowSkipException("dry run: nothing was measured")
    return bootstrap.report_bias()(_run())


def propose_policy() -> dict[str, str]:
    """Write the policy that the measurement supports; skips when it is the live one, or when there can be none."""
    proposal = bootstrap.propose_policy()(_run())
    if not proposal.get("version"):
        raise AirflowSkipException(proposal["reason"])
    return {name: proposal[name] for name in ("version", "reason")}


def _run() -> str:
    run = get_current_context()["dag_run"]
    return run_name(run.dag_id, run.run_id)
