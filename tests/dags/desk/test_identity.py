"""Every page and every action of the desk with the rights that the template gives it, and none of them for nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
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
from tests.deployed import deployed

__all__ = ["portraits"]
USER, POLICIES = "airflow-api-server", ("SeeDesk", "ActAtDesk")
OURS = {"x-homeward-desk": "1"}
UNPROVED = {"ReadCollection", "ListCollections"}  # the face service looks at no rights
LONGEST = 6144  # characters of a managed policy, without spaces; IAM's quota
DAG_RUN = ("sync_namus_cases", "manual__1")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A cloud that looks at every right, the functions' too."""
    with deployed(tmp_path_factory.mktemp("identity"), "homeward", auth=True) as settings:
        bootstrap.settings.cache_clear()
        yield settings
    bootstrap.settings.cache_clear()


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


@pytest.fixture(autouse=True)
def staff(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real list of staff, whose table and key are part of the rights."""


def documents(settings: Settings) -> dict[str, dict[str, Any]]:
    """The two policies as they were deployed."""
    found = {}
    resources = client("cloudformation").describe_stack_resources(StackName="homeward")["StackResources"]
    arns = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}
    for name in POLICIES:
        version = client("iam").get_policy(PolicyArn=arns[name])["Policy"]["DefaultVersionId"]
        document = client("iam").get_policy_version(PolicyArn=arns[name], VersionId=version)["PolicyVersion"][
            "Document"
        ]
        found[name] = document if isinstance(document, dict) else json.loads(document)
    return found


@contextmanager
def as_desk(statements: list[dict[str, Any]]) -> Iterator[None]:
    """Whatever asks AWS meanwhile may do what these say."""
    iam = client("iam")
    iam.create_user(UserName=USER)
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=USER, PolicyName="desk", PolicyDocument=document)
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    try:
        with pytest.MonkeyPatch.context() as env:
            env.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
            env.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
            _forget()
            yield
    finally:
        _forget()
        iam.delete_access_key(UserName=USER, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=USER, PolicyName="desk")
        iam.delete_user(UserName=USER)


def _forget() -> None:
    from homeward.adapters import parameters, staff

    boto3.DEFAULT_SESSION = None  # it keeps the credentials that it was made with
    client.cache_clear()
    parameters.forget()
    staff._key.cache_clear()
    bootstrap.settings.cache_clear()


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


def test_every_page_and_every_action(api: Any, settings: Settings, seen: Sightings, work: dict[str, str]) -> None:
    spare, stopped = seen.pass_by(0), seen.pass_by(1)
    statements = [one for document in documents(settings).values() for one in document["Statement"]]
    with as_desk(statements):
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


def test_policies_fit_into_iam(settings: Settings) -> None:
    for document in documents(settings).values():
        assert len(json.dumps(document, separators=(",", ":"))) < LONGEST


def test_no_right_to_look_is_for_nothing(api: Any, settings: Settings, seen: Sightings, work: dict[str, str]) -> None:
    """Without any one statement of SeeDesk some page fails, and says so in words."""
    found = documents(settings)
    needed = found["ActAtDesk"]["Statement"]
    unneeded = []
    for left_out in found["SeeDesk"]["Statement"]:
        rest = [one for one in found["SeeDesk"]["Statement"] if one is not left_out]
        with as_desk(copy.deepcopy(rest + needed)):
            answered = statuses(api, work, seen)
            verified = api.post("/homeward/desk/audit/verify", json={"hours": 24}).status_code
        if {*answered.values(), verified} == {200} and left_out["Sid"] not in UNPROVED:
            unneeded.append(left_out["Sid"])
    assert unneeded == []


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
    api: Any, settings: Settings, seen: Sightings, work: dict[str, str], sid: str
) -> None:
    """Not shown: Tell, for a topic's own policy lets its account publish; BeginAgain needs two minutes to pass."""
    mine = {"asked": seen.pass_by(0)}
    found = documents(settings)
    acts = [one for one in found["ActAtDesk"]["Statement"] if one["Sid"] != sid]
    assert len(acts) == len(found["ActAtDesk"]["Statement"]) - 1
    with as_desk(found["SeeDesk"]["Statement"] + acts):
        answer = ACTIONS[sid](api, seen, mine)
    assert answer.status_code == 502, answer.text
    assert "AccessDenied" in answer.text or "not authorized" in answer.text
