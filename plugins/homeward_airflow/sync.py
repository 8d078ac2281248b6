"""The tasks of the sync DAGs: each reads Airflow's context where it must, and calls one use case of the core.

`source` is the name of a source, as `bootstrap.SOURCES` has it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from homeward import bootstrap
from homeward.domain.sync import Window, run_name

DAY = timedelta(days=1)


def choose_window() -> dict[str, str]:
    """Which stretch of time this run is about: its data interval, unless `since` or `until` say otherwise.

    A missing end is the time that the run was asked for; a run without a data interval covers the day before it.
    """
    context = get_current_context()
    params, asked = context["params"], context["dag_run"].run_after
    given = params["since"] or params["until"]
    since = params["since"] or (context.get("data_interval_start") or asked - DAY).isoformat()
    until = params["until"] or (asked if given else context.get("data_interval_end") or asked).isoformat()
    Window.parse(since, until)  # a window that can't be is refused before anything is asked
    return {"since": since, "until": until}


def sweep_cases(source: str) -> dict[str, Any]:
    """Read the source's whole index: about one request per state and 1,000 cases."""
    return bootstrap.sweep_cases(source)(_run())


def diff_cases(source: str, since: str, until: str) -> list[dict[str, str]]:
    """Compare the index with what is stored; the batches of cases to fetch. Stops when too many cases vanished."""
    params = get_current_context()["params"]
    return bootstrap.diff_cases(source)(_run(), since, until, params["batch_size"], params["accept_vanished"])


def fetch_cases(source: str, batch: dict[str, str]) -> dict[str, Any]:
    """Fetch one batch: records, photos, tables, audit events. Cases that are stored already cost nothing."""
    get_current_context()["label"] = batch["label"]  # type: ignore[typeddict-unknown-key]
    return bootstrap.fetch_cases(source)(_run(), batch["batch"])


def withdraw_cases(source: str) -> dict[str, Any]:
    """Look at the cases that the index lacks; withdraw those that two complete sweeps missed and that are gone."""
    return bootstrap.withdraw_cases(source)(_run())


def remove_faces(source: str) -> dict[str, int]:
    """Delete the faces of photos that must leave the collection, also those that an earlier run left."""
    return bootstrap.remove_faces(f"dag:sync_{source}_cases")(_run())


def write_manifest() -> dict[str, Any]:
    """List every photo that waits for its face, also those that an earlier run left; skips when there is none."""
    run = _run()
    manifest = bootstrap.write_manifest()(run)
    if not manifest["photos"]:
        raise AirflowSkipException("no photo waits to be indexed")
    return {**manifest, "run": run}


def summarise_sync(source: str) -> dict[str, Any]:
    """Write the run's report and its audit event; fails when something is missing, so that the run's state is true."""
    report = bootstrap.summarise_sync(source)(_run())
    if report["problems"]:
        raise AirflowFailException(f"the run is {report['outcome']}: {'; '.join(report['problems'])}")
    return {name: report[name] for name in ("outcome", "diff", "cases", "absent", "photos", "index", "traffic", "cost")}


def _run() -> str:
    run = get_current_context()["dag_run"]
    return run_name(run.dag_id, run.run_id)
