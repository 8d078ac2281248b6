"""Whole runs of redrive_stuck and replay_detections in Airflow's own test executor, on the deployed stack."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.machines import StepFunctionsMachines
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.detections import Detection, DetectionState, Outcome, Picture, Verdict, iso
from homeward.domain.matching import Decision, Reason
from homeward.domain.policy import Tier
from homeward.domain.ports import CaseChange
from homeward.domain.redrive import SETTLED
from homeward.domain.reviews import ReviewAnswer, ReviewVerdict
from homeward.domain.sync import run_name
from homeward.settings import Setting, Settings
from tests.deployed import deployed
from tests.factories import candidate, case, face_match, namus, policy_json

HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)
PROBE = {"confidence": 99.0, "brightness": 80.0, "sharpness": 70.0, "width_px": 120}
Run = Callable[..., tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with deployed(tmp_path_factory.mktemp("dags"), "homeward") as settings:
        bootstrap.settings.cache_clear()
        for rule in client("events").list_rules()["Rules"]:
            client("events").disable_rule(Name=rule["Name"])  # pictures don't start anything here
        bootstrap.cases().save_case(CaseChange(case()), audit_event(HOUR_AGO, "test", "test", "case", "x"))
        yield settings
    bootstrap.settings.cache_clear()


@pytest.fixture
def run(dagbag: Any, airflow_database: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a DAG, every task once; its state, and what each task returned."""

    def run(dag_id: str, **params: Any) -> tuple[str, dict[str, Any]]:
        for task in dagbag.dags[dag_id].tasks:
            monkeypatch.setattr(task, "retries", 0)
        ran = dagbag.dags[dag_id].test(logical_date=datetime.now(UTC), run_conf=params)
        tasks = {task.task_id: task for task in ran.get_task_instances()}
        answers = {name: task.xcom_pull(task_ids=name) for name, task in tasks.items()}
        return ran.state, {**answers, "run": run_name(ran.dag_id, ran.run_id)}

    return run


def picture(settings: Settings) -> Picture:
    """A picture without a face in the pictures bucket, of which nobody was told."""
    moment = f"{HOUR_AGO:%Y%m%dT%H%M%S}000Z"
    key, bucket = f"crops/entrance/{moment}-{uuid4().hex[:12]}.jpg", settings[Setting.PICTURES_BUCKET]
    body = namus.jpeg(300, 300)
    put = client("s3").put_object(Bucket=bucket, Key=key, Body=body, Metadata={"place": "central-station"})
    return Picture(bucket, key, put["VersionId"], len(body))


def received(settings: Settings, place: str = "central-station") -> Detection:
    """A detection whose execution was never started."""
    found = Detection.of(picture(settings), place)
    bootstrap.detections().receive(found, event(found))
    return found


def event(found: Detection) -> AuditEvent:
    return audit_event(HOUR_AGO, "test", "test", f"detection:{found.detection_id}", "x")


def move(found: Detection, to: str, outcome: str | None = None, **changes: Any) -> None:
    end = Outcome(outcome) if outcome else None
    states = [state for state in DetectionState if state != "FINISHED"]
    bootstrap.detections().advance(found.detection_id, states, DetectionState(to), changes, event(found), end)


def row_of(found: Detection) -> dict[str, Any]:
    return bootstrap.detections().get(found.detection_id)


def send(settings: Settings, *bodies: str) -> None:
    for body in bodies:
        client("sqs").send_message(QueueUrl=settings[Setting.DEAD_LETTER_QUEUE_URL], MessageBody=body)


def letters(settings: Settings) -> int:
    asked = {"QueueUrl": settings[Setting.DEAD_LETTER_QUEUE_URL], "AttributeNames": ["All"]}
    counts = client("sqs").get_queue_attributes(**asked)["Attributes"]
    return int(counts["ApproximateNumberOfMessages"]) + int(counts["ApproximateNumberOfMessagesNotVisible"])


def until(condition: Callable[[], Any], complaint: Callable[[], Any], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.1)


def ended(found: Detection) -> dict[str, Any]:
    """The row once its detection has ended well."""
    until(lambda: "unfinished" not in row_of(found), lambda: row_of(found))
    return row_of(found)


def asked(settings: Settings, place: str) -> Detection:
    """A detection whose execution, on the real machine, waits for a person."""
    found = received(settings, place)
    match = face_match(similarity=95.0)
    known = {"external_image_id": match.external_image_id, "face_id": match.face_id, "similarity": match.similarity}
    move(found, "SEARCHED", search={"outcome": "MATCHES", "probe": PROBE, "matches": [known]})
    reasons = (Reason.BELOW_ALERT_THRESHOLD,)
    decision = Decision(Verdict.REVIEW, reasons, "1", candidate(similarity=95.0), Tier(90.0, 99.0), "somebody")
    move(found, "ASSESSED", decision=decision.to_json())
    StepFunctionsMachines().start(settings[Setting.DETECTION_MACHINE_ARN], found.detection_id, found.to_json())
    until(lambda: row_of(found)["state"] == "IN_REVIEW", lambda: row_of(found))
    return found


def test_whatever_was_lost_goes_on_and_the_queue_is_empty(settings: Settings, run: Run) -> None:
    lost = picture(settings)
    arrived = {"bucket": {"name": lost.bucket}, "object": {"key": lost.key, "version-id": lost.version, "size": 1}}
    s3_event = json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": arrived})
    never_started, failed = received(settings), received(settings)
    move(failed, "FINISHED", "FAILED", failure={"error": "ThrottledError", "cause": ""})
    failure = json.dumps({"detection": failed.to_json(), "error": "ThrottledError", "execution": "arn"})
    receipt = json.dumps({"Type": "Notification", "MessageId": uuid4().hex, "Message": "{}", "MessageAttributes": {}})
    send(settings, failure, "hello", s3_event, receipt, failure)

    state, done = run("redrive_stuck")
    assert state == "success"
    counts = done["redrive_dead_letters"]["counts"]
    assert sum(counts.pop(word, 0) for word in ("RUNS", "ENDED")) == 1, "the second letter about the same detection"
    assert counts == {"CONFIRMED": 1, "STARTED": 1, "RESTART": 1, "PARKED": 1}
    assert done["redrive_detections"]["counts"]["START"] == 1
    assert letters(settings) == 0
    assert ended(never_started)["outcome"] == "NO_FACE"
    assert ended(Detection.of(lost, "central-station"))["outcome"] == "NO_FACE"
    row = ended(failed)
    assert (row["outcome"], row["redrives"]) == ("NO_FACE", 1)
    (told,) = bootstrap.audit_log().story(f"run:{done['run']}")
    assert (told.actor, told.outcome) == ("dag:redrive_stuck", "COMPLETE")

    state, done = run("redrive_stuck")
    assert (state, done["summarise_redrive"]) == ("success", {})
    assert bootstrap.audit_log().story(f"run:{done['run']}") == []


def test_what_fails_too_often_is_given_up_until_a_person_asks(settings: Settings, run: Run) -> None:
    operators = client("sqs").create_queue(QueueName="operators")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=operators, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=settings[Setting.OPERATIONS_TOPIC_ARN], Protocol="sqs", Endpoint=arn)
    hopeless = received(settings)
    row = {"redrives": 5, "failure": {"error": "ServiceRefusedError", "cause": ""}}
    move(hopeless, "FINISHED", "FAILED", **row)
    for expected in ({"GIVE_UP": 1}, {}):
        state, done = run("redrive_stuck")
        assert (state, done["redrive_detections"]["counts"]) == ("success", expected)
    (message,) = client("sqs").receive_message(QueueUrl=operators, MaxNumberOfMessages=10)["Messages"]
    assert f"detection:{hopeless.detection_id}" in json.loads(message["Body"])["Message"]

    state, _ = run("redrive_stuck", again=[f"detection:{hopeless.detection_id}"])
    assert state == "success"
    row = ended(hopeless)
    assert (row["outcome"], row["redrives"], row["redrives_allowed"]) == ("NO_FACE", 6, 10)


def test_questions_are_looked_after_and_a_lost_answer_is_handed_over(
    settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, dead = asked(settings, "north-gate"), asked(settings, "south-gate")
    execution = settings[Setting.DETECTION_MACHINE_ARN].replace(":stateMachine:", ":execution:")
    client("stepfunctions").stop_execution(executionArn=f"{execution}:{dead.detection_id}")
    assert run("redrive_stuck")[1]["redrive_reviews"]["counts"] == {"OPEN": 1, "EARLY": 1}

    answer = ReviewAnswer(ReviewVerdict.CONFIRMED, "alex", "", iso(datetime.now(UTC)))
    decided = (ReviewVerdict.CONFIRMED, datetime.now(UTC), event(answered))
    bootstrap.reviews().answer(answered.detection_id, [answer], *decided)  # recorded, and then the program died
    monkeypatch.setattr(bootstrap.base, "clock", lambda: datetime.now(UTC) + SETTLED)
    assert run("redrive_stuck")[1]["redrive_reviews"]["counts"] == {"HANDED_OVER": 1, "RESTART": 1}
    assert ended(answered)["outcome"] == "ALERTED"
    assert ended(dead)["redrives"] == 1  # its picture shows nobody: searched for anew, it is no question any more


def test_a_replay_tells_what_would_have_differed(settings: Settings, run: Run) -> None:
    bucket = settings[Setting.CASES_BUCKET]
    strict = policy_json(version="strict", search={"threshold": 99, "max_faces": 20}).encode()
    bootstrap.objects().put(bucket, "policy/strict.json", strict, "application/json")
    match = {"external_image_id": "somebody", "face_id": "f", "similarity": 95.0}
    search = {"outcome": "MATCHES", "probe": PROBE, "matches": [match], "threshold": 80, "collection": "x"}
    found = received(settings)
    decision = {"verdict": "REVIEW", "reasons": [], "best": {"case": "namus:MP:1", "similarity": 95.0}}
    move(found, "FINISHED", "REJECTED", search=search, decision=decision)
    since = (HOUR_AGO - timedelta(hours=1)).isoformat()

    state, done = run("replay_detections", policy="strict", since=since)
    assert state == "success"
    report = json.loads(bootstrap.objects().get(bucket, f"replay/{done['run']}/report.json"))
    (differing,) = [one for one in report["differing"] if one["detection"] == found.detection_id]
    assert (differing["change"], differing["outcome"]) == ("REVIEW -> NOBODY", "REJECTED")
    assert report["policy_version"] == "strict"
    assert b"would have differed" in bootstrap.objects().get(bucket, f"replay/{done['run']}/report.html")


def test_a_replay_under_a_policy_that_is_not_there_fails_at_once(settings: Settings, run: Run) -> None:
    state, done = run("replay_detections", policy="nowhere")
    assert (state, done["plan_replay"]) == ("failed", None)
