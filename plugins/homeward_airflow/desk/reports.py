"""Reports that runs of DAGs wrote, by the run's name in S3 or by Airflow's own names of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from homeward import bootstrap
from homeward.domain import measurement, rebuild, reconciliation, replay, sync
from homeward.domain.errors import NotFoundError
from homeward_airflow.desk.page import page
from homeward_airflow.desk.rights import SEES, UserName

router = APIRouter()
# A report needs nothing but its own style; what slipped into one could neither run nor call out.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
}


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


@router.get("/report/{kind}/{run}", dependencies=SEES)
def show_report(kind: Kind, run: str) -> HTMLResponse:
    """A report as its run wrote it. NotFoundError when there is none."""
    key = f"{REPORTS[kind.value].folder(run)}/report.html"
    return HTMLResponse(bootstrap.objects().get(bootstrap.cases_bucket(), key).decode(), headers=HEADERS)


@router.get("/run/{dag_id}/{run_id}", dependencies=SEES)
def show_run(dag_id: str, run_id: str, user: UserName) -> HTMLResponse:
    """The tab of a DAG run: its report, and the executions that it started."""
    run = sync.run_name(dag_id, run_id)
    objects, bucket = bootstrap.objects(), bootstrap.cases_bucket()
    kind = next(
        (name for name, one in REPORTS.items() if objects.exists(bucket, f"{one.folder(run)}/report.html")), None
    )
    executions = bootstrap.list_executions().of_run(run)
    return page("run.html", view="", user=user, run=run, kind=kind, executions=executions, reports=REPORTS)


def newest_bias() -> str | None:
    """The run of the newest whole measurement; None before the first."""
    try:
        found = json.loads(bootstrap.objects().get(bootstrap.cases_bucket(), measurement.LATEST))
    except NotFoundError:
        return None
    return str(found["run"])
