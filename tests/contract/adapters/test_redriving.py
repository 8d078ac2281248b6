"""What redrive_stuck and replay_detections rest on, for real: frames, the queue, executions, waiting tasks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from homeward.adapters.aws import client
from homeward.adapters.detections import DynamoDetectionStore
from homeward.adapters.frames import DynamoFrameStore
from homeward.adapters.kept_detections import DynamoKeptDetections
from homeward.adapters.letter_box import SqsLetterBox
from homeward.adapters.machines import StepFunctionsMachines
from homeward.adapters.messages import SqsDeadLetters
from homeward.adapters.work_rows import DynamoWorkStore
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.detections import Picture
from homeward.domain.errors import NotFoundError, ReviewClosedError
from homeward.domain.frames import Frame, FrameOutcome, FrameState
from homeward.domain.redrive import MAX_REDRIVES
from homeward.settings import Setting, Settings
from tests.factories import detection

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
ROLE = "arn:aws:iam::111122223333:role/test"


def about(subject: str, at: datetime = NOW) -> AuditEvent:
    return audit_event(at, "test", "test", subject, "x")


def test_frames_are_looked_after_in_the_same_way(settings: Settings) -> None:
    tables = [settings[s] for s in (Setting.FRAMES_TABLE, Setting.DETECTIONS_TABLE, Setting.AUDIT_TABLE)]
    frames = DynamoFrameStore(*tables)
    work = DynamoWorkStore(tables[0], "frame_id", lambda row: Frame.from_json(row).to_json(), tables[2])
    key = f"frames/entrance/20261122T211500123Z-{uuid4().hex[:12]}.jpg"
    frame = Frame.of(Picture("pictures", key, None, 9), "central")
    assert frames.receive(frame, about("x"))
    assert frame.frame_id in work.unfinished(["RECEIVED"], LATER, 1000)
    end = (FrameState.FINISHED, {"failure": {"error": "BoomError"}}, about("x"), FrameOutcome.FAILED)
    frames.advance(frame.frame_id, [FrameState.RECEIVED], *end)
    assert frame.frame_id in work.unfinished(["FAILED"], LATER, 1000)
    work.begin_again(work.get(frame.frame_id), MAX_REDRIVES, about("x"))
    assert work.get(frame.frame_id).payload == frame.to_json()
    with pytest.raises(NotFoundError):
        work.get("nobody")


def test_kept_detections_by_the_time_of_their_picture(settings: Settings) -> None:
    detections = DynamoDetectionStore(settings[Setting.DETECTIONS_TABLE], settings[Setting.AUDIT_TABLE])
    old = [detection(shot=uuid4().hex[:12], time=f"1999010{day}T000000000Z") for day in (3, 1, 2)]
    for found in old:
        detections.receive(found, about("x"))
    kept = DynamoKeptDetections(settings[Setting.DETECTIONS_TABLE])
    first, end = datetime(1999, 1, 1, tzinfo=UTC), datetime(1999, 1, 3, tzinfo=UTC)
    assert kept.between(first, end) == [old[1].detection_id, old[2].detection_id]


# --------------------------------------------------------------------------------------------- the queue


@pytest.fixture
def queue(settings: Settings) -> Iterator[str]:
    url = client("sqs").create_queue(QueueName=f"letters-{uuid4().hex[:8]}")["QueueUrl"]
    yield url
    client("sqs").delete_queue(QueueUrl=url)


def test_every_letter_is_received_once_and_gone_when_deleted(queue: str) -> None:
    box = SqsLetterBox(queue)
    for number in range(23):
        SqsDeadLetters(queue).send({"number": number})
    first = box.receive(15)
    rest = box.receive(100)
    assert (len(first), len(rest)) == (15, 8)
    assert sorted(json.loads(letter.body)["number"] for letter in first + rest) == list(range(23))
    for letter in first + rest:
        box.delete(letter)
    counts = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0")


def test_a_letter_that_is_given_back_is_there_for_the_next_one(queue: str) -> None:
    box = SqsLetterBox(queue)
    SqsDeadLetters(queue).send({})
    (letter,) = box.receive(10)
    assert box.receive(10) == []
    box.give_back(letter)
    (again,) = box.receive(10)
    assert (again.message_id, again.received) == (letter.message_id, 2)


# --------------------------------------------------------------------------------------------- executions


@pytest.fixture
def waiting(settings: Settings) -> Iterator[tuple[str, str]]:
    """A machine whose one state waits for an answer, and the queue with its tokens."""
    url = client("sqs").create_queue(QueueName=f"tokens-{uuid4().hex[:8]}")["QueueUrl"]
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {"QueueUrl": url, "MessageBody": {"token": "{% $states.context.Task.Token %}"}},
        "HeartbeatSeconds": 60,
        "End": True,
    }
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Wait", "States": {"Wait": wait}})
    made = client("stepfunctions").create_state_machine(
        name=f"waiting-{uuid4().hex[:8]}", definition=definition, roleArn=ROLE
    )
    yield made["stateMachineArn"], url
    client("stepfunctions").delete_state_machine(stateMachineArn=made["stateMachineArn"])
    client("sqs").delete_queue(QueueUrl=url)


def until(condition: Any, seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)
    return found


def test_an_execution_has_a_status_and_a_waiting_task_can_be_told(waiting: tuple[str, str]) -> None:
    machine, queue = waiting
    machines = StepFunctionsMachines()
    assert machines.status(machine, "e-1") is None
    assert machines.start(machine, "e-1", {})
    (letter,) = until(lambda: SqsLetterBox(queue).receive(1))
    token = json.loads(letter.body)["token"]
    machines.heartbeat(token)
    assert machines.status(machine, "e-1") == "RUNNING"
    machines.fail(token, "ReviewExpiredError", "nobody answered in time")
    until(lambda: machines.status(machine, "e-1") == "FAILED")
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:e-1"
    assert client("stepfunctions").describe_execution(executionArn=arn)["error"] == "ReviewExpiredError"
    for telling in (
        lambda: machines.heartbeat(token),
        lambda: machines.fail(token, "x", "y"),
        lambda: machines.succeed(token, {}),
        lambda: machines.heartbeat("nobody's token"),
    ):
        with pytest.raises(ReviewClosedError):
            telling()
