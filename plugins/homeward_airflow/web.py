"""Homeward's own pages inside Airflow's UI. Every route asks Airflow's auth manager; the core does the work."""

from __future__ import annotations

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse

from homeward import bootstrap
from homeward.domain.errors import NotFoundError
from homeward.domain.sync import run_folder, run_name

# The pages need nothing but their own style; what slipped into one could neither run nor call out.
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}
NO_REPORT = (
    "<!doctype html><title>No report</title><p style='font-family: sans-serif'>This run has no sync report (yet): its "
    "task summarise_sync writes it, in runs of the sync DAGs only.</p>"
)

app = FastAPI(title="Homeward", docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/sync/{dag_id}/{run_id}/report", dependencies=[Depends(requires_access_dag("GET", DagAccessEntity.RUN))])
def sync_report(dag_id: str, run_id: str) -> HTMLResponse:
    """The report page of a run of a sync DAG."""
    key = f"{run_folder(run_name(dag_id, run_id))}/report.html"
    try:
        page = bootstrap.objects().get(bootstrap.cases_bucket(), key).decode()
    except NotFoundError:
        return HTMLResponse(NO_REPORT, 404, HEADERS)
    return HTMLResponse(page, headers=HEADERS)
