"""Each function has the rights that it needs, and none for nothing: without any one of them exactly its step fails."""

from __future__ import annotations

import json
from typing import Any

import pytest

from homeward.adapters.aws import client
from homeward.packaging import ROOT
from homeward.settings import Setting
from tests.contract.permissions.conftest import STACK, Guarded
from tests.contract.permissions.journeys import NEVER_STARTED
from tests.contract.permissions.roles import Grant, grants_of, role_of, uses, without

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py"))
JOURNEYS = ("nobody", "no_face", "confirmed", "rejected", "duplicate", "frame", "empty_frame")
# What the local cloud can't show of any function: it writes logs itself, has no X-Ray, and its face service looks at no
# rights and reads pictures with its own.
UNSEEN = ("logs:", "xray:", "rekognition:")
READ_BY_REKOGNITION = {"detect_faces", "search_faces", "index_photo"}
# Rights for what these journeys don't meet, each with the test that does.
ELSEWHERE = {
    ("start_detection", "dynamodb:GetItem"): "an event that comes twice: tests/e2e/test_frames.py",
    ("start_detection", "s3:DeleteObjectVersion"): "a face that was cut out twice: tests/e2e/test_frames.py",
    ("start_detection", "s3:ListBucket"): "a picture that is gone: tests/contract/adapters/test_pictures.py",
    ("start_detection", "sqs:SendMessage"): "Lambda sends what it couldn't deliver; the cloud asks no role",
    ("confirm_alert", "sqs:SendMessage"): "Lambda sends what it couldn't deliver; the cloud asks no role",
    ("request_review", "states:SendTaskSuccess"): "a second try after the answer: tests/invariants",
    ("release_alert", "dynamodb:GetItem"): "a review that ran out: tests/invariants",
    ("release_alert", "dynamodb:UpdateItem"): "a review that ran out: tests/invariants",
    ("reserve_alert", "s3:DeleteObjectVersion"): "a duplicate whose crop the policy doesn't keep: tests/invariants",
    ("assess_candidates", "dynamodb:GetItem"): "a second try of the state: tests/invariants",
    ("assess_candidates", "dynamodb:Query"): "several candidates: tests/unit/steps/test_assess_candidates.py",
    ("assess_candidates", "s3:DeleteObjectVersion"): "a match that is too weak: tests/invariants",
}
DIRECT = (
    "confirm_alert",
    "record_failure",
    "index_photo",
)  # no state of a machine, or the one that every failure takes


def state_of(function: str) -> str:
    return function.title().replace("_", " ")


@pytest.fixture(scope="module")
def met(guarded: Guarded) -> dict[str, dict[str, set[Grant]]]:
    """Which grants of each function each journey needed, with all of them in place."""
    granted = {function: grants_of(role_of(STACK, function)) for function in FUNCTIONS}
    found: dict[str, dict[str, set[Grant]]] = {function: {} for function in FUNCTIONS}
    for journey in JOURNEYS:
        since = guarded.log.stat().st_size
        ended = getattr(guarded.journeys, journey)()
        assert (ended.status, ended.failed) == ("SUCCEEDED", ()), journey
        used = uses(guarded.log, since)
        for function, grants in granted.items():
            role = role_of(STACK, function)
            mine = {(one.action, one.resource) for one in used if one.who == role}
            found[function][journey] = {grant for grant in grants if any(grant.covers(*one) for one in mine)}
    return found


def provable(function: str) -> set[Grant]:
    """Grants that the local cloud looks at."""
    found = {one for one in grants_of(role_of(STACK, function)) if not one.action.startswith(UNSEEN)}
    if function in READ_BY_REKOGNITION:
        found = {
            one
            for one in found
            if one.action not in ("s3:GetObject", "s3:GetObjectVersion") or "policy" in one.resource
        }
    return found


@pytest.mark.parametrize("function", [one for one in FUNCTIONS if one not in DIRECT])
def test_no_right_is_for_nothing(met: dict[str, dict[str, set[Grant]]], function: str) -> None:
    used = set().union(*met[function].values())
    unused = {one.action for one in provable(function) - used}
    assert unused == {action for name, action in ELSEWHERE if name == function}


@pytest.mark.parametrize("function", [one for one in FUNCTIONS if one not in (*DIRECT, "start_detection")])
def test_without_a_right_exactly_that_step_fails(
    guarded: Guarded, met: dict[str, dict[str, set[Grant]]], function: str
) -> None:
    went_on = []
    for grant in sorted(provable(function) & set().union(*met[function].values())):
        journey = next(name for name in JOURNEYS if grant in met[function][name])
        with without(STACK, function, grant):
            ended = getattr(guarded.journeys, journey)()
        if ended.status != "FAILED" or ended.failed[:1] != (state_of(function),):
            went_on.append((grant, journey, ended))
    assert went_on == []


def test_without_a_right_nothing_starts_and_the_letter_is_kept(
    guarded: Guarded, met: dict[str, dict[str, set[Grant]]]
) -> None:
    for grant in sorted(set().union(*met["start_detection"].values())):
        journey = next(name for name in JOURNEYS if grant in met["start_detection"][name])
        with without(STACK, "start_detection", grant):
            assert getattr(guarded.journeys, journey)() == NEVER_STARTED, grant


@pytest.fixture(scope="module")
def unconfirmed(guarded: Guarded) -> dict[str, Any]:
    """An alert that was published and neither marked nor confirmed, as the event of its receipt."""
    alerts = guarded.journeys.seen.settings[Setting.ALERTS_TABLE]
    role = role_of(STACK, "mark_sent")
    grant = next(one for one in grants_of(role) if one.action == "dynamodb:Query" and alerts in one.resource)
    with without(STACK, "mark_sent", grant):
        assert guarded.journeys.confirmed("unmarked").failed == ("Mark Sent",)
    rows = client("dynamodb").scan(TableName=alerts)["Items"]
    (row,) = [one for one in rows if "unmarked" in one["case_place"]["S"] and one["alert_id"]["S"].startswith("door")]
    case = guarded.journeys.seen.key(guarded.journeys.seen.first)
    message = {"kind": "ALERT", "alert_id": row["alert_id"]["S"], "case": case, "place": "unmarked"}
    return {"Records": [{"Sns": {"MessageId": "a-message", "Message": json.dumps(message)}}]}


def error_of(function: str, event: dict[str, Any]) -> str | None:
    answer = client("lambda").invoke(FunctionName=f"{STACK}-{function}", Payload=json.dumps(event).encode())
    return json.load(answer["Payload"])["errorType"] if "FunctionError" in answer else None


def refusal(grant: Grant) -> str:
    """The error that says so."""
    return "PublishError" if grant.action == "sns:Publish" else "ServiceRefusedError"


def refused(guarded: Guarded, function: str, event: dict[str, Any]) -> None:
    """Without any one right that the cloud looks at, the function says so; with all of them it does its work."""
    went_on = []
    expected = {action for name, action in ELSEWHERE if name == function}
    for grant in sorted(one for one in provable(function) if one.action not in expected):
        with without(STACK, function, grant):
            error = error_of(function, event)
        if error != refusal(grant):
            went_on.append((grant, error))
    assert went_on == []
    assert error_of(function, event) is None


def test_without_a_right_a_receipt_is_not_noted(guarded: Guarded, unconfirmed: dict[str, Any]) -> None:
    refused(guarded, "confirm_alert", unconfirmed)


@pytest.mark.parametrize("kind", ["detection", "frame"])
def test_without_a_right_a_failure_is_not_recorded(guarded: Guarded, kind: str) -> None:
    """Of the other kind's table nothing is asked."""
    settings = guarded.journeys.seen.settings
    table = settings[Setting.DETECTIONS_TABLE if kind == "detection" else Setting.FRAMES_TABLE]
    work = {f"{kind}_id": f"failing-{kind}", "state": "RECEIVED"}
    row = {name: {"S": value} for name, value in work.items()}
    event = {kind: work, "failure": {"Error": "E", "Cause": "c"}, "execution": "arn"}
    went_on = []
    for grant in sorted(provable("record_failure")):
        client("dynamodb").put_item(TableName=table, Item=row)
        with without(STACK, "record_failure", grant):
            error = error_of("record_failure", event)
        about_the_other = "UpdateItem" in grant.action and table not in grant.resource
        if error != (None if about_the_other else refusal(grant)):
            went_on.append((grant, error))
    assert went_on == []


def test_without_a_right_a_photo_is_not_indexed(guarded: Guarded) -> None:
    photos = guarded.journeys.seen.settings[Setting.PHOTOS_TABLE]
    (row, *_) = client("dynamodb").scan(TableName=photos)["Items"]
    again = {**row, "status": {"S": "ADMITTED"}}
    went_on = []
    event = {"photo": row["photo_ref"]["S"] if "photo_ref" in row else f"{row['case']['S']}:{row['photo_id']['S']}"}
    for grant in sorted(provable("index_photo")):
        client("dynamodb").put_item(TableName=photos, Item=again)
        with without(STACK, "index_photo", grant):
            error = error_of("index_photo", event)
        if error != refusal(grant):
            went_on.append((grant, error))
    client("dynamodb").put_item(TableName=photos, Item=row)
    assert went_on == []


def test_what_is_met_elsewhere_is_tested_there() -> None:
    for why in ELSEWHERE.values():
        place = why.rpartition(": ")[2]
        assert not place.startswith("tests/") or (ROOT / place).exists(), place


def test_only_who_may_publish_an_alert_can(guarded: Guarded) -> None:
    """The topic's policy leaves it to identities: a role without sns:Publish is refused."""
    roles = {function: {one.action for one in grants_of(role_of(STACK, function))} for function in FUNCTIONS}
    assert {function for function, actions in roles.items() if "sns:Publish" in actions} == {
        "publish_alert",
        "record_failure",
    }
