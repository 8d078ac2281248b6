"""Sightings: alerts and repeats by case and by camera over time, and taking an alert back."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from homeward import bootstrap
from homeward.domain.alerts import RetractionReason
from homeward.domain.cameras import checked_camera
from homeward.domain.cases import CaseKey
from homeward.domain.detections import camera_of
from homeward.domain.sightings import by_day
from homeward_airflow.desk.drawings import bars
from homeward_airflow.desk.page import page
from homeward_airflow.desk.rights import DECIDES, SEES, MayReview, StaffId, UserName

router = APIRouter()
VIEW, SHOWN, MOST_GROUPS = "sightings", 200, 10
PERIODS = (1, 7, 30, 90)  # days


class Retraction(BaseModel):
    """Why an alert is taken back."""

    reason: RetractionReason


@router.get("/sightings", dependencies=SEES)
def list_sightings(
    user: UserName,
    by: StaffId,
    may_review: MayReview,
    days: Annotated[int, Query()] = 30,
    case: Annotated[str, Query(max_length=70)] = "",
    camera: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """What was seen; the view of one case is recorded as such."""
    key = CaseKey.parse(case.strip()) if case.strip() else None
    bootstrap.record_view()(by, "sightings", f"case:{key}" if key else "list:sightings", str(key) if key else None)
    step = bootstrap.list_sightings()
    found = step(days, key, checked_camera(camera.strip()) if camera.strip() else None)
    return page(
        "sightings.html",
        view=VIEW,
        user=user,
        found=found[:SHOWN],
        total=len(found),
        asked={"days": days, "case": case.strip(), "camera": camera.strip()},
        periods=PERIODS,
        bars=bars(by_day(found, step.days(days))),
        cases=Counter(row["case"] for row in found).most_common(MOST_GROUPS),
        cameras=Counter(camera_of(row["alert_id"]) or "?" for row in found).most_common(MOST_GROUPS),
        camera_of=camera_of,
        reasons=list(RetractionReason),
        may_act=may_review,
    )


@router.post("/sightings/{detection_id}/retract", dependencies=DECIDES)
def retract_alert(detection_id: str, retraction: Retraction, by: StaffId) -> dict[str, str]:
    """Take an alert back: whoever got it gets one more message that says so."""
    bootstrap.retract_alert()(detection_id, retraction.reason, f"person:{by}")
    return {"message": "Taken back; whoever got the alert is told."}
