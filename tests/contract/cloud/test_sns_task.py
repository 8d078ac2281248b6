"""sns:publish from a state machine."""

from __future__ import annotations

import json

from tests.contract.cloud.conftest import Cloud, states, unique


def test_message_attributes_and_object_message(cloud: Cloud) -> None:
    topic = cloud.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    url, arn = cloud.queue()
    subscription = cloud.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
    )
    cloud.client("sns").set_subscription_attributes(
        SubscriptionArn=subscription["SubscriptionArn"],
        AttributeName="FilterPolicy",
        AttributeValue=json.dumps({"place": ["station"]}),
    )
    attributes = {"place": {"DataType": "String", "StringValue": "{% $states.input.place %}"}}
    arguments = {"TopicArn": topic, "Message": {"similarity": 99}, "MessageAttributes": attributes}
    task = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": arguments, "End": True}
    result = cloud.run(states(Publish=task), {"place": "station"})
    assert len(result["output"]["MessageId"]) == 36
    message = cloud.message(url)["body"]
    assert json.loads(message["Message"]) == {"similarity": 99}
    assert message["MessageAttributes"] == {"place": {"Type": "String", "Value": "station"}}


def test_error_has_the_name_that_sns_gives(cloud: Cloud) -> None:
    arguments = {"TopicArn": "arn:aws:sns:us-east-1:111122223333:none", "Message": "x"}
    task = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": arguments, "End": True}
    assert cloud.run(states(Publish=task))["error"] == "SNS.NotFoundException"
