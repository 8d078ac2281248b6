"""Every page and every action of the desk with the rights that the template gives it, and none of them for nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.domain.audit_format import digest_name, hour_of
from homeward.domain.reviews import ReviewVerdict
from homeward.domain.sync import run_name
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.conftest import portraits
from tests.contract.namus_client.scripted import scripted_server
from tests.contract.retention.sightings import Sightings, settled
from tests.dags.desk.site import token
from tests.dags.identity import Identities

__all__ = ["portraits"]
POLICIES = "SeeDesk", "ActAtDesk"
OURS = {"x-homeward-desk": "1"}
UNPROVED = {"ReadCollection", "ListCollections"}  # the face service looks at no rights
DAG_RUN = ("sync_namus_cases", "manual__1")


@pytest.fixture(scope="module")
def settings(identities: Identities) -> Settings:
    """Of a cloud that looks at every right, the functions' too."""
    return identities.settings


@pytest.fixture(scope="module")
def seen(settings: Settings, portraits: Portraits) -> Iterator[Sightings]:
    with scripted_server() as server:
        yield settled(settings, portraits, server, name="namus")


@pytest.fixture(scope="module")
def api(airflow_database: None) -> Iterator[Any]:
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from fastapi.testclient import TestClient

    purge_cached_app()
    app = create_app()
    headers = {"Authorization": f"Bearer {token('kim', 'admin')}", **OURS}
    with TestClient(app, base_url="http://127.0.0.1", headers=headers) as client:
        yield client
    purge_cached_app()


@contextmanager
def at_desk(identities: Identities, without: str = "") -> Iterator[None]:
    """Whatever asks AWS meanwhile may do what both policies say, less one statement."""
    user = f"airflow-api-server-{without or 'whole'}"
    with identities.acting(user, lambda: [one for name in POLICIES for one in identities.statements(name, without)]):
        yield


@pytest.fixture(scope="module")
def work(seen: Sightings, settings: Settings) -> dict[str, str]:
    """What is there to look at and to act on, made with all rights."""
    shelf = bootstrap.policy_shelf()
    live = shelf.live().version
    text = json.loads(shelf.read(live)[1])
    for number in (1, 2, 3):
        shelf.keep(f"floor-1{number}", json.dumps({**text, "version": f"floor-1{number}"}).encode())
    client("s3").put_object(
        Bucket=settings[Setting.CASES_BUCKET],
        Key=f"sync/{run_name(*DAG_RUN)}/report.html",
        Body=b"<p>the report</p>",
    )
    digest = digest_name(hour_of(datetime.now(UTC) - timedelta(hours=2)))
    client("s3").put_object(Bucket=settings[Setting.AUDIT_BUCKET], Key=digest, Body=b"{}")  # something to verify
    return {"asked": seen.pass_by(0), "sent": seen.alerted(1)}


def pages(work: dict[str, str], seen: Sightings) -> list[str]:
    """Every page, by what it shows."""
    asked = work["asked"]
    return [
        "reviews",
        f"reviews/{asked}",
        "executions",
        "executions?machine=frame",
        f"executions?case={seen.key(seen.first)}",
        f"executions/detection/{asked}",
        f"sightings?case={seen.key(seen.second)}",
        "collection",
        "bias",
        "bias/policies/floor-11",
        f"audit?subject={asked}",
        f"audit?subject={seen.key(seen.first)}",
        f"run/{DAG_RUN[0]}/{DAG_RUN[1]}",
        f"report/sync/{run_name(*DAG_RUN)}",
    ]


def statuses(api: Any, work: dict[str, str], seen: Sightings) -> dict[str, int]:
    """What each page answered, and the pictures of the review."""
    found = {path: api.get(f"/homeward/desk/{path}").status_code for path in pages(work, seen)}
    shown = api.get(f"/homeward/desk/reviews/{work['asked']}").text
    links = [part.partition('"')[0] for part in shown.split('src="')[1:] if "picture?token" in part.partition('"')[0]]
    return {**found, **{f"picture {number}": api.get(link).status_code for number, link in enumerate(links[:2])}}


def test_every_page_and_every_action(api: Any, identities: Identities, seen: Sightings, work: dict[str, str]) -> None:
    spare, stopped = seen.pass_by(0), seen.pass_by(1)
    with at_desk(identities):
        answered = statuses(api, work, seen)
        assert len(answered) == 16
        assert set(answered.values()) == {200}, answered
        for path, body in (
            (f"reviews/{spare}/answer", {"verdict": ReviewVerdict.CONFIRMED.value}),
            (f"executions/detection/{stopped}/stop", {}),
            (f"executions/detection/{stopped}/again", {}),
            (f"sightings/{work['sent']}/retract", {"reason": "OTHER"}),
            ("bias/policies/floor-11/publish", {"note": "a test of rights"}),
            ("audit/verify", {"hours": 24}),
        ):
            answer = api.post(f"/homeward/desk/{path}", json=body)
            assert answer.status_code == 200, (path, answer.text)
    seen.wait_for(spare, "FINISHED")


def test_no_right_to_look_is_for_nothing(
    api: Any, identities: Identities, seen: Sightings, work: dict[str, str]
) -> None:
    """Without any one statement of SeeDesk some page fails, and says so in words."""
    unneeded = set()
    for statement in identities.statements("SeeDesk"):
        with at_desk(identities, without=statement["Sid"]):
            answered = statuses(api, work, seen)
            verified = api.post("/homeward/desk/audit/verify", json={"hours": 24}).status_code
        if {*answered.values(), verified} == {200}:
            unneeded.add(statement["Sid"])
    assert unneeded == UNPROVED


ACTIONS: dict[str, Callable[[Any, Sightings, dict[str, str]], Any]] = {
    "AnswerReviews": lambda api, seen, work: api.post(
        f"/homeward/desk/reviews/{work['asked']}/answer", json={"verdict": "REJECTED"}
    ),
    "ChangeRows": lambda api, seen, work: api.post(
        f"/homeward/desk/reviews/{work['asked']}/answer", json={"verdict": "REJECTED"}
    ),
    "StopExecutions": lambda api, seen, work: api.post(
        f"/homeward/desk/executions/detection/{work['asked']}/stop", json={}
    ),
    "PublishPolicy": lambda api, seen, work: api.post(
        "/homeward/desk/bias/policies/floor-12/publish", json={"note": "a test of rights"}
    ),
}


@pytest.mark.parametrize("sid", sorted(ACTIONS))
def test_no_right_to_act_is_for_nothing(
    api: Any, identities: Identities, seen: Sightings, work: dict[str, str], sid: str
) -> None:
    """Not shown: Tell, for a topic's own policy lets its account publish; BeginAgain needs two minutes to pass."""
    mine = {"asked": seen.pass_by(0)}
    with at_desk(identities, without=sid):
        answer = ACTIONS[sid](api, seen, mine)
    assert answer.status_code == 502, answer.text
    assert "AccessDenied" in answer.text or "not authorized" in answer.text
