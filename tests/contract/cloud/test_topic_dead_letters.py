"""Messages that a topic can't hand over."""

from __future__ import annotations

import json

import pytest

from tests.contract.cloud.conftest import Cloud, unique
from tests.contract.cloud.test_rule_targets import GONE

KIND = {"kind": {"DataType": "String", "StringValue": "ALERT"}}


def topic_to(cloud: Cloud, endpoint: str, queue_arn: str) -> str:
    topic: str = cloud.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    attributes = {
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn}),
        "FilterPolicy": json.dumps({"kind": ["ALERT"]}),
    }
    service = endpoint.split(":")[2]
    cloud.client("sns").subscribe(TopicArn=topic, Protocol=service, Endpoint=endpoint, Attributes=attributes)
    return topic


@pytest.mark.parametrize("subscriber", ["function", "queue"])
def test_subscriber_is_gone(cloud: Cloud, subscriber: str) -> None:
    url, arn = cloud.queue()
    topic = topic_to(cloud, GONE[subscriber], arn)
    cloud.client("sns").publish(TopicArn=topic, Message="filtered out")
    wanted = cloud.client("sns").publish(TopicArn=topic, Message="for them", MessageAttributes=KIND)["MessageId"]
    body = cloud.message(url)["body"]
    assert (body["Type"], body["MessageId"], body["Message"]) == ("Notification", wanted, "for them")
    assert body["MessageAttributes"] == {"kind": {"Type": "String", "Value": "ALERT"}}


def test_policy_of_a_template_counts(cloud: Cloud) -> None:
    url, arn = cloud.queue()
    properties = {
        "TopicArn": {"Ref": "Topic"},
        "Protocol": "lambda",
        "Endpoint": GONE["function"],
        "RedrivePolicy": {"deadLetterTargetArn": arn},
    }
    resources = {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": properties},
    }
    stack = cloud.deploy({"Resources": resources, "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}}})
    cloud.client("sns").publish(TopicArn=stack["Outputs"][0]["OutputValue"], Message="hello")
    assert cloud.message(url)["body"]["Message"] == "hello"


def test_message_that_was_handed_over_is_no_dead_letter(cloud: Cloud) -> None:
    dead_letters, arn = cloud.queue()
    inbox, inbox_arn = cloud.queue()
    topic = topic_to(cloud, inbox_arn, arn)
    cloud.client("sns").publish(TopicArn=topic, Message="hello", MessageAttributes=KIND)
    assert cloud.message(inbox)["body"]["Message"] == "hello"
    assert "Messages" not in cloud.client("sqs").receive_message(QueueUrl=dead_letters)
