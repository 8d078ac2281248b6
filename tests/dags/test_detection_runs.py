"""Whole runs of redrive_stuck and replay_detections in Airflow's own test executor, on the deployed stack."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.machines import StepFunctionsMachines
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.cases import Photo, PhotoClass, PhotoStatus
from homeward.domain.detections import Detection, DetectionState, Outcome, Picture, Verdict, iso
from homeward.domain.frames import Frame, FrameOutcome, FrameState
from homeward.domain.matching import Decision, Reason
from homeward.domain.policy import Tier
from homeward.domain.ports import CaseChange
from homeward.domain.redrive import SETTLED
from homeward.domain.reviews import ReviewAnswer, ReviewVerdict
from homeward.domain.sync import run_name
from homeward.settings import Setting, Settings
from tests.dags.identity import Identities
from tests.dags.inbox import inbox
from tests.factories import candidate, case, face_match, namus, photo_key, policy_json

HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)
PROBE = {"confidence": 99.0, "brightness": 80.0, "sharpness": 70.0, "width_px": 120}
POLICY = "RunDetections"
# What isn't given would be as in the run before.
DEFAULTS: dict[str, dict[str, Any]] = {
    "redrive_stuck": {"again": []},
    "replay_detections": {"policy": None, "since": None},
}
Run = Callable[..., tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def settings(identities: Identities) -> Settings:
    for rule in client("events").list_rules()["Rules"]:
        client("events").disable_rule(Name=rule["Name"])  # pictures don't start anything here
    for number in (51557, 51558):
        photo = Photo(photo_key(number), PhotoClass.FACIAL, PhotoStatus.INDEXED, f"photos/{number}.jpg", "0" * 64)
        change = CaseChange(case(number), (photo,))
        bootstrap.cases().save_case(change, audit_event(HOUR_AGO, "test", "test", "case", "x"))
    return identities.settings


@pytest.fixture
def run(
    dagbag: Any, airflow_database: None, settings: Settings, identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a DAG, every task once; its state, and what each task returned."""

    def run(dag_id: str, *, only: str = "", without: str = "", **params: Any) -> tuple[str, dict[str, Any]]:
        dag = dagbag.dags[dag_id].partial_subset(only, include_upstream=False) if only else dagbag.dags[dag_id]
        for task in dag.tasks:
            monkeypatch.setattr(task, "retries", 0)
        with identities.running(POLICY, without):
            ran = dag.test(logical_date=datetime.now(UTC), run_conf={**DEFAULTS[dag_id], **params})
        tasks = {task.task_id: task for task in ran.get_task_instances()}
        answers = {name: task.xcom_pull(task_ids=name) for name, task in tasks.items()}
        return ran.state, {**answers, "run": run_name(ran.dag_id, ran.run_id)}

    return run


def picture(settings: Settings, folder: str = "crops") -> Picture:
    """A picture without a face in the pictures bucket, of which nobody was told."""
    moment = f"{HOUR_AGO:%Y%m%dT%H%M%S}000Z"
    key, bucket = f"{folder}/entrance/{moment}-{uuid4().hex[:12]}.jpg", settings[Setting.PICTURES_BUCKET]
    body = namus.jpeg(300, 300)
    put = client("s3").put_object(Bucket=bucket, Key=key, Body=body, Metadata={"place": "central-station"})
    return Picture(bucket, key, put["VersionId"], len(body))


def absent(settings: Settings) -> Picture:
    """A picture that was deleted."""
    found = picture(settings)
    bootstrap.pictures().delete(found)
    return found


def received(settings: Settings, place: str = "central-station") -> Detection:
    """A detection whose execution was never started."""
    found = Detection.of(picture(settings), place)
    bootstrap.detections().receive(found, event(found))
    return found


def cut(settings: Settings) -> Frame:
    """A frame whose execution was never started."""
    found = Frame.of(picture(settings, "frames"), "central-station")
    bootstrap.frames().receive(found, event(found))
    return found


def arrived(found: Picture) -> str:
    """The event of S3 that nobody took."""
    detail = {"bucket": {"name": found.bucket}, "object": {"key": found.key, "version-id": found.version, "size": 1}}
    return json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": detail})


def event(found: Detection | Frame) -> AuditEvent:
    return audit_event(HOUR_AGO, "test", "test", f"{type(found).__name__.lower()}:{found.picture.key}", "x")


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


def assessed(settings: Settings, place: str) -> Detection:
    """A detection of which a person is to be asked whether it is the case's."""
    found = received(settings, place)
    move(
        found,
        "SEARCHED",
        search={"outcome": "MATCHES", "probe": PROBE, "matches": [asdict(face_match(similarity=95.0))]},
    )
    reasons = (Reason.BELOW_ALERT_THRESHOLD,)
    decision = Decision(Verdict.REVIEW, reasons, "1", candidate(similarity=95.0), Tier(90.0, 99.0), "somebody")
    move(found, "ASSESSED", decision=decision.to_json())
    return found


def asked(settings: Settings, place: str) -> Detection:
    """A detection whose execution, on the real machine, waits for a person."""
    found = assessed(settings, place)
    StepFunctionsMachines().start(settings[Setting.DETECTION_MACHINE_ARN], found.detection_id, found.to_json())
    until(lambda: row_of(found)["state"] == "IN_REVIEW", lambda: row_of(found))
    return found


def stop(settings: Settings, found: Detection) -> None:
    execution = settings[Setting.DETECTION_MACHINE_ARN].replace(":stateMachine:", ":execution:")
    client("stepfunctions").stop_execution(executionArn=f"{execution}:{found.detection_id}")


def unconfirmed(settings: Settings, place: str) -> Detection:
    """A detection whose alert is out; its receipt is a letter, and nothing else knows of it."""
    topic = settings[Setting.ALERT_TOPIC_ARN]
    for one in client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        client("sns").unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    found = assessed(settings, place)
    work = {"detection": found.to_json(), "decision": row_of(found)["decision"]}
    bootstrap.reserve_alert()(work)
    message_id = bootstrap.publish_alert()({**work, "confirmed_by": 1})["message_id"]
    alert = {"kind": "ALERT", "alert_id": found.detection_id, "case": str(case().key), "place": place}
    send(settings, json.dumps({"Type": "Notification", "MessageId": message_id, "Message": json.dumps(alert)}))
    return found


def similar(settings: Settings) -> Detection:
    """A detection that two cases came near."""
    found = received(settings)
    matches = [asdict(face_match(number, similarity)) for number, similarity in ((51557, 95.0), (51558, 93.0))]
    search = {"outcome": "MATCHES", "probe": PROBE, "matches": matches, "threshold": 50, "collection": "x"}
    move(found, "FINISHED", "NO_CANDIDATE", search=search)
    return found


def test_whatever_was_lost_goes_on_and_the_queue_is_empty(settings: Settings, run: Run) -> None:
    lost = picture(settings)
    never_started, failed = received(settings), received(settings)
    move(failed, "FINISHED", "FAILED", failure={"error": "ThrottledError", "cause": ""})
    failure = json.dumps({"detection": failed.to_json(), "error": "ThrottledError", "execution": "arn"})
    receipt = json.dumps({"Type": "Notification", "MessageId": uuid4().hex, "Message": "{}", "MessageAttributes": {}})
    send(settings, failure, "hello", arrived(lost), receipt, failure)

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
    operators = inbox(settings[Setting.OPERATIONS_TOPIC_ARN])
    hopeless = received(settings)
    row = {"redrives": 5, "failure": {"error": "ServiceRefusedError", "cause": ""}}
    move(hopeless, "FINISHED", "FAILED", **row)
    for expected in ({"GIVE_UP": 1}, {}):
        state, done = run("redrive_stuck")
        assert (state, done["redrive_detections"]["counts"]) == ("success", expected)
    (message,) = operators()
    assert f"detection:{hopeless.detection_id}" in message["Message"]

    state, _ = run("redrive_stuck", again=[f"detection:{hopeless.detection_id}"])
    assert state == "success"
    row = ended(hopeless)
    assert (row["outcome"], row["redrives"], row["redrives_allowed"]) == ("NO_FACE", 6, 10)


def test_questions_are_looked_after_and_a_lost_answer_is_handed_over(
    settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, dead = asked(settings, "north-gate"), asked(settings, "south-gate")
    stop(settings, dead)
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


def test_frames_go_on_as_well(settings: Settings, run: Run) -> None:
    lost, never_started, over = picture(settings, "frames"), cut(settings), cut(settings)
    ended = (list(FrameState), FrameState.FINISHED, {}, event(over), FrameOutcome.NO_FACE)
    bootstrap.frames().advance(over.frame_id, *ended)
    send(settings, arrived(lost), json.dumps({"frame": over.to_json(), "error": "ServiceRefusedError"}))
    state, done = run("redrive_stuck")
    assert (state, done["redrive_dead_letters"]["counts"]) == ("success", {"STARTED": 1, "ENDED": 1})
    assert done["redrive_frames"]["counts"]["START"] == 1
    ids = [never_started.frame_id, Frame.of(lost, "central-station").frame_id, over.frame_id]
    rows = map(bootstrap.frames().get, ids)
    until(lambda: all("picture_deleted_at" in bootstrap.frames().get(one) for one in ids), lambda: list(rows))


def test_a_picture_that_is_gone_is_refused(settings: Settings, run: Run) -> None:
    send(settings, arrived(absent(settings)))
    state, done = run("redrive_stuck")
    assert (state, done["redrive_dead_letters"]["counts"]) == ("success", {"REFUSED": 1})


def test_a_receipt_that_nobody_took_confirms_the_alert(settings: Settings, run: Run) -> None:
    found = unconfirmed(settings, "east-gate")
    state, done = run("redrive_stuck")
    assert (state, done["redrive_dead_letters"]["counts"]) == ("success", {"CONFIRMED": 1})
    assert row_of(found)["outcome"] == "ALERTED"


def test_questions_end_with_their_time_or_their_detection(
    settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, over = asked(settings, "west-gate"), asked(settings, "back-gate")
    stop(settings, over)
    move(over, "FINISHED", "REJECTED")
    assert run("redrive_stuck")[1]["redrive_reviews"]["counts"] == {"OPEN": 1, "ENDED": 1}
    assert bootstrap.reviews().get(over.detection_id)["state"] == "EXPIRED"
    monkeypatch.setattr(bootstrap.base, "clock", lambda: datetime.now(UTC) + timedelta(days=30))
    assert run("redrive_stuck")[1]["redrive_reviews"]["counts"] == {"EXPIRED": 1}
    assert ended(late)["outcome"] == "REVIEW_EXPIRED"


def test_a_replay_judges_and_searches_again(settings: Settings, run: Run) -> None:
    judged, searched = similar(settings), received(settings)
    move(searched, "FINISHED", "REJECTED", search={"outcome": "MATCHES", "probe": PROBE, "matches": []})
    state, done = run("replay_detections", since=(HOUR_AGO - timedelta(hours=1)).isoformat())
    assert state == "success"
    report = json.loads(bootstrap.objects().get(settings[Setting.CASES_BUCKET], f"replay/{done['run']}/report.json"))
    (found,) = [one for one in report["differing"] if one["detection"] == judged.detection_id]
    assert found["new"]["case"] == str(case().key)
    assert report["sources"]["SEARCHED"] >= 1


# Which task fails without a right, and what it has to meet for that; "": the task tells the last one, which fails.
LACKING: dict[str, tuple[str, str, Callable[[Settings], Any]]] = {
    "Names": ("redrive_stuck", "redrive_frames", lambda settings: None),
    "Letters": ("redrive_stuck", "redrive_dead_letters", lambda settings: None),
    "WorkThatIsStuck": ("redrive_stuck", "redrive_frames", lambda settings: None),
    "OpenReviews": ("redrive_stuck", "redrive_reviews", lambda settings: None),
    "Work": ("redrive_stuck", "", received),
    "LookAfter": ("redrive_stuck", "", received),
    "BeginAgain": ("redrive_stuck", "", received),
    "Pictures": ("redrive_stuck", "", lambda settings: send(settings, arrived(picture(settings)))),
    "Alerts": ("redrive_stuck", "redrive_dead_letters", lambda settings: unconfirmed(settings, uuid4().hex)),
    "AppendAudit": ("redrive_stuck", "", lambda settings: send(settings, "hello")),
    "ParkLetters": ("redrive_stuck", "", lambda settings: send(settings, "hello")),
    "TellOperators": ("redrive_stuck", "", lambda settings: send(settings, "hello")),
    "Reviews": ("redrive_stuck", "", lambda settings: asked(settings, uuid4().hex)),
    "AnswerMachines": ("redrive_stuck", "", lambda settings: asked(settings, uuid4().hex)),
    "ListBuckets": ("redrive_stuck", "", lambda settings: send(settings, arrived(absent(settings)))),
    "KeptDetections": ("replay_detections", "plan_replay", lambda settings: None),
    "Policies": ("replay_detections", "plan_replay", lambda settings: None),
    "Replays": ("replay_detections", "plan_replay", lambda settings: None),
    "Candidates": ("replay_detections", "", similar),
    "LookAlikes": ("replay_detections", "", similar),
}


@pytest.mark.parametrize("right", LACKING)
def test_without_a_right_the_run_fails(settings: Settings, run: Run, identities: Identities, right: str) -> None:
    dag, task, prepare = LACKING[right]
    prepare(settings)
    assert run(dag, only=task, without=right)[0] == "failed"
    identities.assert_lacked(POLICY, right)


@pytest.mark.parametrize("right", ["Staff", "StaffKey"])
def test_nobody_asks_without_a_name(run: Run, identities: Identities, right: str) -> None:
    assert run("redrive_stuck", only="redrive_detections", without=right, again=["detection:any"])[0] == "failed"
    identities.assert_lacked(POLICY, right)


def test_no_right_is_for_nothing(identities: Identities) -> None:
    """After all that the runs above did; the face service looks at no rights, so these are only seen to be used."""
    assert identities.unused(POLICY) == set()
    assert identities.untried(POLICY) == {"SearchAgain", "MeasureFaces"}
    assert identities.refused(POLICY) == set()
