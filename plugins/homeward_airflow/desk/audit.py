"""Audit: the story of a case, a detection or an alert; whether the log is sealed, and whether it is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from homeward import bootstrap
from homeward.domain import audit_format as form
from homeward.domain.audit import MAX_SUBJECT, Asked
from homeward.domain.staff import shown_actor
from homeward.verifier.report import lines
from homeward.verifier.signatures import PublicKeys
from homeward.verifier.verify import Verification
from homeward_airflow.desk.page import page
from homeward_airflow.desk.rights import DECIDES, SEES, MayReview, StaffId, UserName

router = APIRouter()
SHOWN = 1000  # events of a story; the newest
MOST_HOURS = 24 * 7  # that are verified from here; `homeward audit verify` does it all
MOST_LINES = 200


class Stretch(BaseModel):
    """How far back somebody wants it verified."""

    hours: Annotated[int, Field(ge=1, le=MOST_HOURS)] = 24


@router.get("/audit", dependencies=SEES)
def show_audit(
    user: UserName, by: StaffId, may_review: MayReview, subject: Annotated[str, Query(max_length=MAX_SUBJECT)] = ""
) -> HTMLResponse:
    """The story of a subject, when one is asked for. Reading it is an event of it."""
    asked = Asked.parse(subject.strip()) if subject.strip() else None
    events = bootstrap.record_view().story(asked, by) if asked else []
    name = cache(bootstrap.staff().name_of)
    told = [{"event": event, "who": shown_actor(event.actor, name)} for event in events[-SHOWN:]]
    return page(
        "audit.html",
        view="audit",
        user=user,
        subject=subject.strip(),
        told=told,
        total=len(events),
        sealed=bootstrap.sealed_hour(),
        may_act=may_review,
        most_hours=MOST_HOURS,
    )


@router.post("/audit/verify", dependencies=DECIDES)
def verify(stretch: Stretch) -> dict[str, object]:
    """Check the seals of the newest hours: their digests, their events, the chain between them."""
    now, shelf = datetime.now(UTC), bootstrap.audit_shelf()
    first, born = form.hour_of(now - timedelta(hours=stretch.hours)), form.hour_of(shelf.made_at())
    whole = first <= born  # then nothing may be missing from the log's beginning on
    keys = PublicKeys.of([bootstrap.audit_public_key()])
    verification = Verification(shelf, keys, None if whole else first, None, born if whole else None)
    found = list(lines(verification, form.last_overdue(now)))
    fine = not any(problem for _, problem in found)
    return {"message": found[-1][0], "fine": fine, "lines": [line for line, _ in found[:MOST_LINES]]}
