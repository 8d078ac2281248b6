"""Executions: the list, one of them with its graph, stopping it and beginning its work again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from homeward import bootstrap
from homeward.domain.cases import CaseKey
from homeward.domain.detections import Outcome
from homeward.domain.errors import InputError
from homeward.domain.executions import (
    ExecutionDetails,
    ExecutionStatus,
    Machine,
    Wanted,
    checked_machine,
    visits,
    work_of,
)
from homeward.domain.redrive import Redrive
from homeward_airflow.desk.graph import graph
from homeward_airflow.desk.page import page
from homeward_airflow.desk.pictures import link
from homeward_airflow.desk.rights import DECIDES, SEES, MayReview, StaffId, UserName

router = APIRouter()
VIEW = "executions"
Text = Annotated[str, Query(max_length=200)]
# What was done about work that somebody wanted done again, or why nothing was.
AGAIN = {
    Redrive.START: "Started: its execution had never begun.",
    Redrive.RESTART: "Begun again, in an execution of its own.",
    Redrive.GIVE_UP: "It failed too often and is given up; begin it again once more to insist.",
    Redrive.RUNS: "It runs already.",
    Redrive.EARLY: "Not yet: its execution ended, or failed, only a moment ago, or the next try has to wait. "
    "redrive_stuck begins it again by itself.",
    Redrive.ENDED: "It has ended as it should; replay_detections tells what today's policy would make of it.",
}


@router.get("/executions", dependencies=SEES)
def list_executions(
    user: UserName,
    by: StaffId,
    machine: Text = Machine.DETECTION,
    status: Text = "",
    since: Text = "",
    until: Text = "",
    camera: Text = "",
    case: Text = "",
    outcome: Text = "",
    cursor: Annotated[str, Query(max_length=4000)] = "",
) -> HTMLResponse:
    """The list, newest first; times are ISO 8601, in UTC unless they say otherwise. It names cases: a view of them."""
    asked = {
        "machine": machine,
        "status": status,
        "since": since,
        "until": until,
        "camera": camera.strip(),
        "case": case.strip(),
        "outcome": outcome,
    }
    wanted = _wanted(asked)
    about = str(wanted.case) if wanted.case else None
    bootstrap.record_view()(by, "executions", f"case:{about}" if about else "list:executions", about)
    listed = bootstrap.list_executions()(wanted, cursor or None)
    following = urlencode({**{name: text for name, text in asked.items() if text}, "cursor": listed.cursor or ""})
    return page(
        "executions.html",
        view=VIEW,
        user=user,
        listed=listed,
        asked=asked,
        following=following if listed.cursor else None,
        begun=bool(cursor),
        machines=list(Machine),
        statuses=list(ExecutionStatus),
        outcomes=list(Outcome),
    )


def _wanted(asked: Mapping[str, str]) -> Wanted:
    machine = checked_machine(asked["machine"])
    about_detections = asked["camera"] or asked["case"] or asked["outcome"]
    if about_detections and machine is Machine.INDEX_PHOTOS:
        raise InputError("index_photos has no cameras, cases or outcomes; choose another machine, or empty them")
    return Wanted(
        machine=machine,
        status=_one_of(ExecutionStatus, asked["status"], "status"),
        since=_moment(asked["since"]),
        until=_moment(asked["until"]),
        camera=asked["camera"] or None,
        case=CaseKey.parse(asked["case"]) if asked["case"] else None,
        outcome=_one_of(Outcome, asked["outcome"], "outcome"),
    )


def _one_of(kind: Any, text: str, what: str) -> Any:
    try:
        return kind(text) if text else None
    except ValueError:
        raise InputError(f"there is no {what} {text!r}; there are {', '.join(kind)}") from None


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{text!r} is no time; expected 2026-11-22T21:30 or 2026-11-22T21:30Z") from None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


@router.get("/executions/{machine}/{name}", dependencies=SEES)
def show_execution(machine: str, name: str, user: UserName, by: StaffId, may_review: MayReview) -> HTMLResponse:
    """One execution; the view is recorded before anything is shown."""
    kind = checked_machine(machine)
    row = bootstrap.detections().get_many([work_of(name)]).get(work_of(name), {}) if kind is Machine.DETECTION else {}
    best = (row.get("decision") or {}).get("best") or {}
    subject = f"{'run' if kind is Machine.INDEX_PHOTOS else kind.value}:{work_of(name)}"
    bootstrap.record_view()(by, "execution", subject, best.get("case"))
    found = bootstrap.executions().read(kind, name)
    entered = visits(found.events, over=found.execution.status != ExecutionStatus.RUNNING)
    return page(
        "execution.html",
        view=VIEW,
        user=user,
        found=found,
        execution=found.execution,
        row=row,
        best=best,
        visits=entered,
        graph=graph(found.definition, entered),
        objects=_objects(found, user),
        dag_run=_dag_run(found),
        subject=subject,
        may_act=may_review,
        redrivable=kind is not Machine.INDEX_PHOTOS,
    )


def _objects(found: ExecutionDetails, user: str) -> list[dict[str, str | None]]:
    """The S3 objects that its input names; a camera picture gets a link, for as long as it is kept."""
    given = _input(found)
    picture = given.get("picture") or {}
    if picture:
        uri = f"s3://{picture.get('bucket')}/{picture.get('key')}"
        return [{"uri": uri, "link": link(user, picture["bucket"], picture["key"], picture.get("version"))}]
    return [{"uri": f"s3://{given['bucket']}/{given['key']}", "link": None}] if "key" in given else []


def _dag_run(found: ExecutionDetails) -> str | None:
    """The path of the DAG run that started it, in Airflow's UI."""
    run = _input(found).get("dag_run") or {}
    return f"/dags/{run['dag_id']}/runs/{run['run_id']}" if run else None


def _input(found: ExecutionDetails) -> dict[str, Any]:
    given = json.loads(found.input or "{}")
    return given if isinstance(given, dict) else {}


@router.post("/executions/{machine}/{name}/stop", dependencies=DECIDES)
def stop_execution(machine: str, name: str, by: StaffId) -> dict[str, str]:
    """Stop it."""
    bootstrap.control_execution().stop(checked_machine(machine), name, by)
    return {"message": "Stopped. What it was about isn't lost: redrive_stuck begins it again within minutes."}


@router.post("/executions/{machine}/{name}/again", dependencies=DECIDES)
def begin_again(machine: str, name: str, by: StaffId) -> dict[str, str]:
    """Begin its work again."""
    return {"message": AGAIN[bootstrap.control_execution().begin_again(checked_machine(machine), name, by)]}
