"""Messages, metrics and alarms against the local cloud: what is measured arrives, and its alarm says what to do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from homeward.adapters.aws import client
from homeward.adapters.letter_box import SqsLetterBox
from homeward.adapters.messages import SnsPublisher
from homeward.adapters.metrics import CloudWatchMetrics
from homeward.adapters.objects import S3ObjectStore
from homeward.adapters.operators import MAX_TEXT, TopicOperators
from homeward.domain.errors import ServiceUnavailableError
from homeward.domain.latest import Latest
from homeward.domain.operations import NAMESPACE, Measure, Metric
from homeward.domain.runbooks import Runbook
from homeward.settings import Setting, Settings
from homeward.steps.latest_runs import LatestRuns

SLOW_SECONDS = 90.0


def until(look: Callable[[], Any], complaint: str) -> Any:
    deadline = time.monotonic() + SLOW_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, complaint
        time.sleep(0.2)
    return found


@pytest.fixture
def received(settings: Settings) -> Callable[[], list[dict[str, Any]]]:
    """What a subscriber of the operations topic got since it was last asked."""
    queue = client("sqs").create_queue(QueueName=f"operators-{uuid4().hex[:8]}")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=settings[Setting.OPERATIONS_TOPIC_ARN], Protocol="sqs", Endpoint=arn)

    def messages() -> list[dict[str, Any]]:
        got = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for one in got.get("Messages", []):
            client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
        return [json.loads(one["Body"]) for one in got.get("Messages", [])]

    return messages


def values(metric: Metric, stack: str, **labels: str) -> list[float]:
    now = datetime.now(UTC)
    dimensions = [{"Name": name, "Value": value} for name, value in {"Stack": stack, **labels}.items()]
    found = client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=metric.value,
        Dimensions=dimensions,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Maximum"],
    )
    return [point["Maximum"] for point in found["Datapoints"]]


def test_operators_get_one_message_with_the_way_to_the_runbook(settings: Settings, received: Any) -> None:
    operators = TopicOperators(SnsPublisher(), settings[Setting.OPERATIONS_TOPIC_ARN])
    operators.tell("it\nbroke", "word " * MAX_TEXT, Runbook.SYNC)
    (message,) = until(received, "no message came")
    assert message["Subject"] == "Homeward: it broke"
    assert message["Message"].endswith("What to do: docs/runbooks/sync.md")
    assert received() == []


def test_what_is_measured_arrives_under_its_stack_and_source() -> None:
    stack = f"stack-{uuid4().hex[:8]}"
    measures = [
        Measure(Metric.HOURS_SINCE_SYNC, 21.5, {"Source": "namus"}),
        Measure(Metric.HOURS_SINCE_SYNC, 3.25, {"Source": "fbi"}),
        Measure(Metric.LATE_ERASURES, 0),
    ]
    CloudWatchMetrics(stack).put(measures, datetime.now(UTC))
    assert values(Metric.HOURS_SINCE_SYNC, stack, Source="namus") == [21.5]
    assert values(Metric.HOURS_SINCE_SYNC, stack, Source="fbi") == [3.25]
    assert values(Metric.LATE_ERASURES, stack) == [0.0]
    assert values(Metric.DRIFT_LEFT, stack) == []


def test_a_deployed_alarm_goes_off_and_names_its_runbook(settings: Settings, received: Any) -> None:
    """Through metric, alarm and topic, as the template made them."""
    CloudWatchMetrics("adapters").put([Measure(Metric.OLDEST_REVIEW, 12 * 3600)], datetime.now(UTC))

    def rung() -> list[dict[str, Any]]:
        client("cloudwatch").describe_alarms()  # the local cloud looks at its alarms when somebody asks
        return [json.loads(one["Message"]) for one in received() if one["Message"].startswith("{")]

    (alarm,) = until(rung, "the alarm never went off")
    assert alarm["NewStateValue"] == "ALARM"
    assert alarm["AlarmDescription"].endswith(Runbook.REVIEWS.path)


def test_metrics_that_do_not_answer_are_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:9")
    client.cache_clear()
    with pytest.raises(ServiceUnavailableError):
        CloudWatchMetrics("adapters").put([Measure(Metric.DRIFT_LEFT, 1)], datetime.now(UTC))
    client.cache_clear()


def test_the_depth_of_the_queue(settings: Settings) -> None:
    url = client("sqs").create_queue(QueueName=f"letters-{uuid4().hex[:8]}")["QueueUrl"]
    box = SqsLetterBox(url)
    assert box.depth() == 0
    for _ in range(3):
        client("sqs").send_message(QueueUrl=url, MessageBody="hello")
    until(lambda: box.depth() == 3, "the letters are not counted")


def test_the_newest_success_of_a_job_is_kept_in_the_bucket(settings: Settings) -> None:
    latest, job, now = LatestRuns(S3ObjectStore(), settings[Setting.CASES_BUCKET]), uuid4().hex, datetime.now(UTC)
    assert latest.read(job) is None
    for hours in (5, 3, 9):
        latest.note(job, Latest(f"run-{hours}", now - timedelta(hours=hours), hours))
    found = latest.read(job)
    assert found
    assert (found.run, found.left) == ("run-3", 3)
