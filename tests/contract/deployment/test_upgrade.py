"""Upgrade and roll back while pictures arrive, machines run and people are asked: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.deployment import Deployment, deploy
from homeward.domain.reviews import ReviewVerdict
from homeward.packaging import ROOT
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.conftest import portraits
from tests.contract.namus_client.scripted import scripted_server
from tests.contract.retention.sightings import Sightings, settled, until
from tests.deployed import deployed

__all__ = ["portraits"]
STACK = "homeward"
BETWEEN = 0.15  # seconds between two pictures


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, portraits: Portraits) -> Iterator[Sightings]:
    with deployed(tmp_path_factory.mktemp("upgrade"), STACK) as settings, scripted_server() as server:
        bootstrap.settings.cache_clear()
        yield settled(settings, portraits, server, name="namus")
    bootstrap.settings.cache_clear()


@pytest.fixture(scope="module")
def inbox(seen: Sightings) -> str:
    """A queue that gets every alert."""
    queue = client("sqs").create_queue(QueueName="inbox")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=seen.settings[Setting.ALERT_TOPIC_ARN], Protocol="sqs", Endpoint=arn)
    return str(queue)


@pytest.fixture
def next_release(checkout: Path) -> Path:
    """A release with another machine, another payload between its states, other functions and another alarm."""
    definition = checkout / "statemachines" / "detection" / "detection.asl.json"
    machine = json.loads(definition.read_text())
    machine["Comment"] = "The next release."
    first = machine["StartAt"]
    machine["StartAt"] = "Note Release"
    machine["States"]["Note Release"] = {"Type": "Pass", "Next": first}
    definition.write_text(json.dumps(machine))
    for name in ("assess_candidates", "publish_alert"):
        handler = checkout / "lambdas" / name / "handler.py"
        changed = handler.read_text().replace("return answer", 'return {**answer, "release": "next"}')
        assert changed != handler.read_text(), name
        handler.write_text(changed)
    template = checkout / "infra" / "template.yaml"
    template.write_text(template.read_text().replace("Threshold: 43200", "Threshold: 43201"))
    return checkout


@contextmanager
def crowd(seen: Sightings) -> Iterator[list[str]]:
    """People pass by all the time, known ones and others; the ids of their detections."""
    passed: list[str] = []
    over = threading.Event()

    def pass_by() -> None:
        while not over.wait(BETWEEN):
            passed.append(seen.put_crop(len(passed) % 2))

    walking = threading.Thread(target=pass_by)
    walking.start()
    try:
        yield passed
    finally:
        over.set()
        walking.join()


def states_of(settings: Settings, detection_id: str) -> list[str]:
    """The states that an execution went through."""
    arn = settings[Setting.DETECTION_MACHINE_ARN].replace(":stateMachine:", ":execution:") + f":{detection_id}"
    events = client("stepfunctions").get_execution_history(executionArn=arn, maxResults=1000)["events"]
    return [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]


def redeploy(root: Path) -> Deployment:
    done = deploy(STACK, root=root)
    assert {"DetectionMachine", "AssessCandidatesFunction"} <= {change.resource for change in done.changes}
    return done


def confirm(detection_id: str) -> None:
    bootstrap.answer_review()(detection_id, ReviewVerdict.CONFIRMED, "a reviewer", "")


def received(inbox: str, expected: int) -> Counter[str]:
    """How often each alert arrived, once so many have."""
    found: Counter[str] = Counter()

    def all_there() -> bool:
        answer = client("sqs").receive_message(QueueUrl=inbox, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for one in answer.get("Messages", []):
            alert = json.loads(json.loads(one["Body"])["Message"])
            found[alert["alert_id"]] += 1
            client("sqs").delete_message(QueueUrl=inbox, ReceiptHandle=one["ReceiptHandle"])
        return not answer.get("Messages") and found.total() >= expected

    until(all_there)
    return found


def test_upgrade_and_way_back_lose_and_double_nothing(seen: Sightings, inbox: str, next_release: Path) -> None:
    settings = seen.settings
    asked_before = [seen.pass_by(0), seen.pass_by(1)]
    with crowd(seen) as passed:
        until(lambda: len(passed) > 5)
        redeploy(next_release)
        upgraded = len(passed)
        asked_between = seen.pass_by(0)
        until(lambda: len(passed) > upgraded + 5)
        confirm(asked_before[0])
        redeploy(ROOT)
        returned = len(passed)
        until(lambda: len(passed) > returned + 5)
    everybody = [*asked_before, asked_between, *passed]
    for detection_id in everybody:
        until(lambda one=detection_id: (seen.row(one) or {}).get("state") in ("IN_REVIEW", "FINISHED"))
    for detection_id in everybody:
        if (seen.row(detection_id) or {}).get("state") == "IN_REVIEW":
            confirm(detection_id)
    for detection_id in everybody:
        seen.wait_for(detection_id, "FINISHED")
    ended = {one: seen.row(one) or {} for one in everybody}
    assert {one: row.get("failure") for one, row in ended.items() if row["outcome"] != "ALERTED"} == {}
    by_next = [one for one in everybody if "Note Release" in states_of(settings, one)]
    assert asked_between in by_next
    assert {*asked_before, passed[0], passed[-1]}.isdisjoint(by_next)
    assert received(inbox, len(everybody)) == Counter(everybody), "each alert once"
    failed = client("stepfunctions").list_executions(
        stateMachineArn=settings[Setting.DETECTION_MACHINE_ARN], statusFilter="FAILED"
    )
    assert failed["executions"] == []
    queue = settings[Setting.DEAD_LETTER_QUEUE_URL]
    letters = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert letters["ApproximateNumberOfMessages"] == "0"
    for detection_id in everybody:
        story = Counter(seen.story(f"detection:{detection_id}"))
        assert max(story.values()) == 1, (detection_id, story)
