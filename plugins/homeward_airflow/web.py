"""Homeward's own pages inside Airflow's UI. Every route asks Airflow's auth manager; the core does the work."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse

from homeward import bootstrap
from homeward.domain import measurement, rebuild, reconciliation, replay, sync
from homeward.domain.errors import NotFoundError
from homeward_airflow.desk.app import add_desk

# The pages need nothing but their own style; what slipped into one could neither run nor call out.
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}
NO_REPORT = (
    "<!doctype html><title>No report</title><p style='font-family: sans-serif'>This run has no {what} report (yet): "
    "its task {task} writes it, in runs of {dags} only.</p>"
)

app = FastAPI(title="Homeward", docs_url=None, redoc_url=None, openapi_url=None)
add_desk(app)


class Report(NamedTuple):
    """A kind of report: where a run's files are, which task writes it, and in which DAGs."""

    folder: Callable[[str], str]
    task: str
    dags: str


REPORTS = {
    "sync": Report(sync.run_folder, "summarise_sync", "the sync DAGs"),
    "replay": Report(replay.run_folder, "summarise_replay", "replay_detections"),
    "bias": Report(measurement.run_folder, "report_bias", "measure_bias"),
    "reconcile": Report(reconciliation.run_folder, "summarise_reconcile", "reconcile_collection"),
    "rebuild": Report(rebuild.run_folder, "verify_generation", "rebuild_collection"),
}
Kind = StrEnum("Kind", {name.upper(): name for name in REPORTS})
MAY_READ_RUNS = [Depends(requires_access_dag("GET", DagAccessEntity.RUN))]


@app.get("/{kind}/{dag_id}/{run_id}/report", dependencies=MAY_READ_RUNS)
def report(kind: Kind, dag_id: str, run_id: str) -> HTMLResponse:
    """The report page of a run."""
    found = REPORTS[kind.value]
    folder = found.folder(sync.run_name(dag_id, run_id))
    return _page(folder, NO_REPORT.format(what=kind.value, task=found.task, dags=found.dags))


def _page(folder: str, otherwise: str) -> HTMLResponse:
    try:
        page = bootstrap.objects().get(bootstrap.cases_bucket(), f"{folder}/report.html").decode()
    except NotFoundError:
        return HTMLResponse(otherwise, 404, HEADERS)
    return HTMLResponse(page, headers=HEADERS)
