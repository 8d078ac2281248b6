"""Somebody who subscribed to a topic."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from homeward.adapters.aws import client

Messages = Callable[[], list[dict[str, Any]]]


def inbox(topic: str) -> Messages:
    """What came since it was last asked. The queue says that it takes from its topic, as it has to in an account."""
    sqs = client("sqs")
    queue = sqs.create_queue(QueueName=f"inbox-{topic.rpartition(':')[2]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    from_topic = {"ArnEquals": {"aws:SourceArn": topic}}
    who = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}}
    statement = {**who, "Action": "sqs:SendMessage", "Resource": arn, "Condition": from_topic}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def messages() -> list[dict[str, Any]]:
        got = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for one in got.get("Messages", []):
            client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
        return [json.loads(one["Body"]) for one in got.get("Messages", [])]

    return messages
