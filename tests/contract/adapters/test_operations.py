"""What alarms look at: read from the stores, put into CloudWatch; and what operators get."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeward.adapters.audit_bucket import S3SealedLog
from homeward.adapters.aws import client
from homeward.adapters.messages import SnsOperators
from homeward.adapters.metrics import CloudWatchMetrics
from homeward.adapters.objects import S3ObjectStore
from homeward.adapters.reviews import DynamoReviewStore
from homeward.domain.operations import LATEST, NAMESPACE, Metric
from homeward.domain.runbooks import Runbook
from homeward.settings import Setting, Settings
from homeward.steps.note_latest import note_latest
from homeward.steps.watch_operations import WatchOperations

NOW = datetime.now(UTC)


@pytest.fixture
def watch(settings: Settings) -> WatchOperations:
    reviews = DynamoReviewStore(*(settings[name] for name in (Setting.REVIEWS_TABLE, Setting.DETECTIONS_TABLE)), "")
    where = (S3ObjectStore(), settings[Setting.CASES_BUCKET], reviews, S3SealedLog(settings[Setting.AUDIT_BUCKET]).last)
    return WatchOperations(*where, CloudWatchMetrics("watched"), lambda: NOW)


@pytest.fixture(autouse=True)
def nothing_noted(watch: WatchOperations) -> None:
    for stored in list(watch.objects.listed(watch.bucket, LATEST)):
        watch.objects.remove(watch.bucket, stored.key)


def put_at(metric: str) -> list[float]:
    answer = client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=metric,
        Dimensions=[{"Name": "Stack", "Value": "watched"}],
        StartTime=NOW - timedelta(hours=1),
        EndTime=NOW + timedelta(hours=1),
        Period=60,
        Statistics=["Maximum"],
    )
    return [point["Maximum"] for point in answer["Datapoints"]]


def test_what_has_never_run_puts_nothing(watch: WatchOperations) -> None:
    assert watch() == {Metric.OLDEST_REVIEW.value: watch.state().oldest_review or 0.0}


def test_the_newest_numbers_of_every_run(watch: WatchOperations) -> None:
    noted: Any = lambda actor, hours, **numbers: note_latest(  # noqa: E731
        watch.objects, watch.bucket, actor, lambda: NOW - timedelta(hours=hours), **numbers
    )
    noted("dag:sync_fbi_cases", 60)
    noted("dag:sync_namus_cases", 3)
    noted("dag:sync_fbi_cases", 49)
    noted("dag:reconcile_collection", 1, left=2)
    noted("dag:expire_records", 1, late=1)
    found = watch()
    assert found[Metric.HOURS_SINCE_SYNC.value] == 49.0
    assert found[Metric.DRIFT_LEFT.value] == 2.0
    assert found[Metric.ERASURES_LATE.value] == 1.0
    assert put_at("HoursSinceSync") == [49.0]


def test_operators_get_the_text_and_what_to_do(settings: Settings) -> None:
    topic, queue = settings[Setting.OPERATIONS_TOPIC_ARN], client("sqs").create_queue(QueueName="operators")["QueueUrl"]
    name = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    kept = client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=name, ReturnSubscriptionArn=True)
    SnsOperators(topic).tell("a test", "It is one.", Runbook.SYNC, "TestError")
    client("sns").unsubscribe(SubscriptionArn=kept["SubscriptionArn"])
    (got,) = client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    message = json.loads(got["Body"])
    assert message["Subject"] == "Homeward: a test"
    assert message["Message"] == "It is one.\n\nWhat to do: docs/runbooks/sync.md"
    assert message["MessageAttributes"]["error"]["Value"] == "TestError"
