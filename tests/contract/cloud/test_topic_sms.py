"""SMS to a topic's subscribers."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import urlopen

from tests.contract.cloud.conftest import Cloud, unique

ATTRIBUTES = {"place": {"DataType": "String", "StringValue": "station"}}


def messages(cloud: Cloud, phone: str) -> list[dict[str, Any]]:
    with urlopen(f"{cloud.url}/_ministack/sns/sms-messages?phoneNumber=%2B{phone[1:]}") as answer:
        found: list[dict[str, Any]] = json.load(answer)["sms_messages"][phone]
        return found


def topic_with_phone(cloud: Cloud, phone: str, **subscription: Any) -> str:
    topic: str = cloud.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sms", Endpoint=phone, **subscription)
    return topic


def test_subscriber_gets_its_text(cloud: Cloud) -> None:
    topic = topic_with_phone(cloud, "+12025550101")
    texts = {"default": "long", "sms": "short"}
    cloud.client("sns").publish(
        TopicArn=topic, Message=json.dumps(texts), MessageStructure="json", MessageAttributes=ATTRIBUTES
    )
    cloud.client("sns").publish(TopicArn=topic, Message=json.dumps({"default": "long"}), MessageStructure="json")
    cloud.client("sns").publish(TopicArn=topic, Message="plain")
    found = messages(cloud, "+12025550101")
    assert [message["Message"] for message in found] == ["short", "long", "plain"]
    assert found[0]["MessageAttributes"] == ATTRIBUTES
    assert found[0]["TopicArn"] == topic


def test_filter_policy(cloud: Cloud) -> None:
    policy = json.dumps({"place": ["harbour"]})
    topic = topic_with_phone(cloud, "+12025550102", Attributes={"FilterPolicy": policy})
    cloud.client("sns").publish(TopicArn=topic, Message="not for them", MessageAttributes=ATTRIBUTES)
    harbour = {"place": {"DataType": "String", "StringValue": "harbour"}}
    cloud.client("sns").publish(TopicArn=topic, Message="for them", MessageAttributes=harbour)
    assert [message["Message"] for message in messages(cloud, "+12025550102")] == ["for them"]
