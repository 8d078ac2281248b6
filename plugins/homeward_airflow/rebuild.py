"""The tasks of rebuild_collection and retire_generations: each reads Airflow's context, and calls one use case."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from homeward import bootstrap
from homeward.domain.sync import run_name
from homeward_airflow.asking import triggering_person


def plan_rebuild() -> list[dict[str, str]]:
    """Choose the generation and the photos that it lacks. A dry run ends here, with a report of numbers and costs."""
    params = get_current_context()["params"]
    terms = (params["switch_to"] or "", params["batch_size"], params["dry_run"])
    return bootstrap.plan_rebuild()(_run(), *terms)


def index_generation(batch: dict[str, str]) -> dict[str, int]:
    """Give one batch of photos their faces in it. What has its face there already costs nothing."""
    get_current_context()["label"] = batch["label"]  # type: ignore[typeddict-unknown-key]
    return bootstrap.index_generation()(_run(), batch["batch"])


def verify_generation() -> dict[str, Any]:
    """Catch up, count and search; write the report. Fails when the generation isn't fit to be searched."""
    params = get_current_context()["params"]
    if params["dry_run"]:
        raise AirflowSkipException("dry run: nothing was built; see the report")
    report = bootstrap.verify_generation()(_run(), params["sample"], params["min_agreement"])
    return {name: report[name] for name in ("collection", "outcome", "photos", "faces", "searches", "usd")}


def switch_collection() -> dict[str, Any]:
    """Make it the live one, if the run was started with *switch*, or for a *switch to*."""
    context = get_current_context()
    if not (context["params"]["switch"] or context["params"]["switch_to"]):
        raise AirflowSkipException("verified, and not switched: trigger again with *switch to* set to its name")
    return bootstrap.switch_collection()(_run(), f"person:{triggering_person()}")


def adopt_faces() -> dict[str, int]:
    """Let the photos' rows follow to the faces that are live now."""
    return bootstrap.adopt_faces()(_run())


def clear_generations() -> dict[str, int]:
    """Delete faces of photos that may not be found from every generation beside the live one."""
    return bootstrap.clear_generations()(_run())


def delete_retired() -> list[str]:
    """Delete the generations whose time is up. A run by hand only names them, unless *dry run* was taken away."""
    context = get_current_context()
    dry_run = context["dag_run"].run_type != "scheduled" and context["params"]["dry_run"]
    return bootstrap.delete_retired()(_run(), context["params"]["keep_days"], dry_run)


def _run() -> str:
    run = get_current_context()["dag_run"]
    return run_name(run.dag_id, run.run_id)
