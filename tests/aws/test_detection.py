"""From a photo of a made person to the alert at a subscriber, through the deployed stack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from homeward.adapters.aws import client
from homeward.settings import Setting, Settings
from tests.aws.conftest import Stack, until
from tests.contract.retention.sightings import Sightings
from tests.drawn_faces import Faces, group, jpeg
from tests.e2e.test_frames import Stack as Camera

KNOWN, STRANGER = 0, 2
KINDS = {
    *("ExecutionStarted", "ExecutionSucceeded", "TaskStateEntered", "TaskStateExited", "TaskScheduled", "TaskStarted"),
    *("TaskSucceeded", "ChoiceStateEntered", "ChoiceStateExited", "SucceedStateEntered", "SucceedStateExited"),
}
"""What a detection without a candidate leaves in its history."""


def test_the_machine_indexes_every_photo(indexed: tuple[Sightings, dict[str, Any]], settings: Settings) -> None:
    seen, execution = indexed
    assert execution["status"] == "SUCCEEDED", execution
    assert json.loads(execution["output"])["photos"] == 2
    collection = client("ssm").get_parameter(Name=settings[Setting.COLLECTION_PARAMETER])["Parameter"]["Value"]
    listed = client("rekognition").list_faces(CollectionId=collection)["Faces"]
    assert {face["ExternalImageId"].rsplit(":", 2)[0] for face in listed} == {
        seen.key(seen.first),
        seen.key(seen.second),
    }


@pytest.fixture
def subscriber(stack: Stack, settings: Settings) -> Iterator[str]:
    """A queue that gets the alerts, as a program of somebody's would."""
    topic, sqs = settings[Setting.ALERT_TOPIC_ARN], client("sqs")
    url = sqs.create_queue(QueueName=f"{stack.name}-subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscribed = client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    yield url
    client("sns").unsubscribe(SubscriptionArn=subscribed["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)


def test_a_person_s_yes_becomes_an_alert(seen: Sightings, subscriber: str) -> None:
    detection_id = seen.alerted(KNOWN)
    assert (seen.row(detection_id) or {})["outcome"] == "ALERTED"
    (message,) = until(
        lambda: client("sqs").receive_message(QueueUrl=subscriber, WaitTimeSeconds=5).get("Messages", [])
    )
    assert detection_id in json.loads(message["Body"])["Message"]
    told = seen.story(f"detection:{detection_id}")
    assert ("answer_review", "CONFIRMED") in told
    assert ("publish_alert", "ALERTED") in told


def test_a_stranger_is_nobody_s_candidate(seen: Sightings, settings: Settings) -> None:
    detection_id = seen.wait_for(seen.put_crop(STRANGER), "FINISHED")
    assert (seen.row(detection_id) or {})["outcome"] == "NO_CANDIDATE"
    machines = client("stepfunctions")
    arn = settings[Setting.DETECTION_MACHINE_ARN].replace(":stateMachine:", ":execution:") + f":{detection_id}"
    until(lambda: machines.describe_execution(executionArn=arn)["status"] != "RUNNING")
    pages = machines.get_paginator("get_execution_history").paginate(executionArn=arn)
    assert {event["type"] for page in pages for event in page["events"]} == KINDS


def test_every_face_of_a_frame_becomes_a_detection(seen: Sightings, settings: Settings, faces: Faces) -> None:
    """Of strangers: a question would wait for its answer."""
    camera = Camera(settings)
    row = camera.ended(camera.put(jpeg(group(faces.pixels(1, 1, 400), faces.pixels(3, 0, 400)))))
    assert (row["outcome"], len(row["faces"])) == ("CROPPED", 2)
    assert len(camera.detections(row)) == 2


def test_what_fails_again_and_again_becomes_a_dead_letter(stack: Stack, settings: Settings) -> None:
    event = {"id": "broken", "detail": {}}
    function = f"{stack.name}-start_detection"
    client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event))
    queue = settings[Setting.DEAD_LETTER_QUEUE_URL]

    def letter() -> dict[str, Any] | None:
        found = client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5).get("Messages", [])
        return next((one for one in found if '"broken"' in one["Body"]), None)

    found = until(letter)
    assert json.loads(found["Body"]) == event
    client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=found["ReceiptHandle"])
