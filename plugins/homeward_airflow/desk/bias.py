"""Bias: the newest report of error rates by group, the live policy, who approved which, and making one the live one."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from homeward import bootstrap
from homeward.domain.errors import PolicyError
from homeward.domain.proposals import Answer
from homeward.domain.staff import shown_actor
from homeward_airflow.desk.page import page
from homeward_airflow.desk.reports import newest_bias
from homeward_airflow.desk.rights import CHANGES_POLICY, SEES, MayChangePolicy, StaffId, UserName

router = APIRouter()
NAMES = 20  # of the policies whose story is told
LEAST_NOTE = 10  # letters


@router.get("/bias", dependencies=SEES)
def show_bias(user: UserName) -> HTMLResponse:
    """Report, policy and history."""
    shelf = bootstrap.policy_shelf()
    live = shelf.live()
    policy = json.loads(shelf.read(live.version)[1]) if live.version else {}
    history = [{"version": version, "told": _told(version)} for version in shelf.versions(NAMES)]
    return page("bias.html", view="bias", user=user, run=newest_bias(), live=live, policy=policy, history=history)


class Approval(BaseModel):
    """Why a policy is to be the live one."""

    note: Annotated[str, Field(min_length=LEAST_NOTE, max_length=1000)]


@router.get("/bias/policies/{version}", dependencies=SEES)
def show_policy(version: str, user: UserName, may_change: MayChangePolicy) -> HTMLResponse:
    """A stored policy: what it would change, or why it can't go live."""
    _, body = bootstrap.policy_shelf().read(version)
    checked, problem = None, ""
    if may_change:
        try:
            checked = bootstrap.check_policy()(version)
        except PolicyError as error:
            problem = str(error)
    return page(
        "policy.html",
        view="bias",
        user=user,
        version=version,
        policy=json.loads(body),
        checked=checked,
        problem=problem,
        live=bootstrap.policy_shelf().live().version,
        may_change=may_change,
        least_note=LEAST_NOTE,
    )


@router.post("/bias/policies/{version}/publish", dependencies=CHANGES_POLICY)
def publish_policy(version: str, approval: Approval, by: StaffId) -> dict[str, str]:
    """What the DAG publish_policy does, in one person's name. PolicyError when it can't go live."""
    checked = bootstrap.check_policy()(version)
    answer = Answer.KNOWN if checked["known"] else Answer.APPROVED
    bootstrap.decide_policy()("desk", version, checked["sha256"], answer, by, approval.note)
    return {"message": f"{version} is the live policy; functions see it within a minute."}


def _told(version: str) -> list[dict[str, Any]]:
    """What happened to a policy: proposed, approved, published, by whom."""
    name_of = bootstrap.staff().name_of
    events = bootstrap.audit_log().story(f"policy:{version}")
    return [{"event": event, "who": shown_actor(event.actor, name_of)} for event in events]
