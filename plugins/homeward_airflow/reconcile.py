"""The tasks of reconcile_collection: each reads Airflow's context where it must, and calls one use case of the core."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from homeward import bootstrap
from homeward.domain.reconcile_report import Agreement
from homeward.domain.sync import run_name


def survey_collection() -> dict[str, Any]:
    """Read collection, bucket and tables; note every disagreement."""
    return bootstrap.survey_collection()(_run())


def repair_collection() -> dict[str, int]:
    """Mend what is certain. Skips in a dry run: that is every run by hand in which *dry run* wasn't taken away."""
    context = get_current_context()
    if context["dag_run"].run_type != "scheduled" and context["params"]["dry_run"]:
        raise AirflowSkipException("dry run: nothing is changed; see the report")
    return bootstrap.repair_collection()(_run(), context["params"]["max_changes"])


def remove_faces() -> dict[str, int]:
    """Delete faces and pictures of the photos that must leave the collection, whichever run decided so."""
    return bootstrap.remove_faces(bootstrap.RECONCILER)(_run())


def summarise_reconcile(repaired: dict[str, int] | None) -> dict[str, Any]:
    """Look once more and write the report; fails when something is left, so that the run's state is true."""
    report = bootstrap.summarise_reconcile()(_run(), repaired is not None)
    if report["outcome"] == Agreement.LEFT:
        raise AirflowFailException(f"still not in agreement: {report['left']}; see the report")
    return {name: report[name] for name in ("outcome", "held", "found", "left")}


def _run() -> str:
    run = get_current_context()["dag_run"]
    return run_name(run.dag_id, run.run_id)
