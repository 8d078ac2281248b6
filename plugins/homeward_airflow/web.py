"""Homeward's own pages inside Airflow's UI. Every route asks Airflow's auth manager; the core does the work."""

from __future__ import annotations

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse

from homeward import bootstrap
from homeward.domain import measurement, rebuild, reconciliation, replay, sync
from homeward.domain.errors import NotFoundError

# The pages need nothing but their own style; what slipped into one could neither run nor call out.
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}
NO_REPORT = (
    "<!doctype html><title>No report</title><p style='font-family: sans-serif'>This run has no {what} report (yet): "
    "its task {task} writes it, in runs of {dags} only.</p>"
)

app = FastAPI(title="Homeward", docs_url=None, redoc_url=None, openapi_url=None)


MAY_READ_RUNS = [Depends(requires_access_dag("GET", DagAccessEntity.RUN))]


@app.get("/sync/{dag_id}/{run_id}/report", dependencies=MAY_READ_RUNS)
def sync_report(dag_id: str, run_id: str) -> HTMLResponse:
    """The report page of a run of a sync DAG."""
    folder = sync.run_folder(sync.run_name(dag_id, run_id))
    return _page(folder, NO_REPORT.format(what="sync", task="summarise_sync", dags="the sync DAGs"))


@app.get("/replay/{dag_id}/{run_id}/report", dependencies=MAY_READ_RUNS)
def replay_report(dag_id: str, run_id: str) -> HTMLResponse:
    """The report page of a run of replay_detections."""
    folder = replay.run_folder(sync.run_name(dag_id, run_id))
    return _page(folder, NO_REPORT.format(what="replay", task="summarise_replay", dags="replay_detections"))


@app.get("/bias/{dag_id}/{run_id}/report", dependencies=MAY_READ_RUNS)
def bias_report(dag_id: str, run_id: str) -> HTMLResponse:
    """The report page of a run of measure_bias."""
    folder = measurement.run_folder(sync.run_name(dag_id, run_id))
    return _page(folder, NO_REPORT.format(what="bias", task="report_bias", dags="measure_bias"))


@app.get("/reconcile/{dag_id}/{run_id}/report", dependencies=MAY_READ_RUNS)
def reconcile_report(dag_id: str, run_id: str) -> HTMLResponse:
    """The report page of a run of reconcile_collection."""
    folder = reconciliation.run_folder(sync.run_name(dag_id, run_id))
    return _page(folder, NO_REPORT.format(what="reconcile", task="summarise_reconcile", dags="reconcile_collection"))


@app.get("/rebuild/{dag_id}/{run_id}/report", dependencies=MAY_READ_RUNS)
def rebuild_report(dag_id: str, run_id: str) -> HTMLResponse:
    """The report page of a run of rebuild_collection."""
    folder = rebuild.run_folder(sync.run_name(dag_id, run_id))
    return _page(folder, NO_REPORT.format(what="rebuild", task="verify_generation", dags="rebuild_collection"))


def _page(folder: str, otherwise: str) -> HTMLResponse:
    try:
        page = bootstrap.objects().get(bootstrap.cases_bucket(), f"{folder}/report.html").decode()
    except NotFoundError:
        return HTMLResponse(otherwise, 404, HEADERS)
    return HTMLResponse(page, headers=HEADERS)
