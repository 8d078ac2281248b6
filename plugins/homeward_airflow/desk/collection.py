"""Collection and sync: per source what we hold, what was refused and why, the newest sync, drift; and the cameras."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from homeward import bootstrap
from homeward.domain.reconcile_report import MEANING
from homeward_airflow.desk.page import page
from homeward_airflow.desk.rights import SEES, UserName

router = APIRouter()


@router.get("/collection", dependencies=SEES)
def show_collection(user: UserName) -> HTMLResponse:
    """How it is now."""
    found = bootstrap.read_collection()()
    drifts = {drift.value: meaning for drift, meaning in MEANING.items()}
    return page("collection.html", view="collection", user=user, found=found, drifts=drifts, at=datetime.now(UTC))
