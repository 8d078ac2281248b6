"""Bias: the newest report of error rates by group, the live policy, and who approved which."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from homeward import bootstrap
from homeward.domain.staff import shown_actor
from homeward_airflow.desk.page import page
from homeward_airflow.desk.reports import newest_bias
from homeward_airflow.desk.rights import SEES, UserName

router = APIRouter()
NAMES = 20  # of the policies whose story is told


@router.get("/bias", dependencies=SEES)
def show_bias(user: UserName) -> HTMLResponse:
    """Report, policy and history."""
    shelf = bootstrap.policy_shelf()
    live = shelf.live()
    policy = json.loads(shelf.read(live.version)[1]) if live.version else {}
    history = [{"version": version, "told": _told(version)} for version in shelf.versions(NAMES)]
    return page("bias.html", view="bias", user=user, run=newest_bias(), live=live, policy=policy, history=history)


def _told(version: str) -> list[dict[str, Any]]:
    """What happened to a policy: proposed, approved, published, by whom."""
    name_of = bootstrap.staff().name_of
    events = bootstrap.audit_log().story(f"policy:{version}")
    return [{"event": event, "who": shown_actor(event.actor, name_of)} for event in events]
