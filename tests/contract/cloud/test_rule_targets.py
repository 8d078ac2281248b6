"""Events that can't be handed over."""

from __future__ import annotations

import pytest

from tests.contract.cloud.conftest import Cloud, states

GONE = {
    "function": "arn:aws:lambda:us-east-1:111122223333:function:gone",
    "queue": "arn:aws:sqs:us-east-1:111122223333:gone",
    "topic": "arn:aws:sns:us-east-1:111122223333:gone",
    "machine": "arn:aws:states:us-east-1:111122223333:stateMachine:gone",
}


@pytest.mark.parametrize("target", GONE)
def test_target_is_gone(cloud: Cloud, target: str) -> None:
    bucket = cloud.bucket(events=True)
    url, arn = cloud.queue()
    cloud.rule(bucket, Arn=GONE[target], RoleArn="arn:aws:iam::111122223333:role/any", DeadLetterConfig={"Arn": arn})
    cloud.client("s3").put_object(Bucket=bucket, Key="crop.jpg", Body=b"x")
    message = cloud.message(url)
    assert message["body"]["detail"]["object"]["key"] == "crop.jpg"
    assert message["attributes"]["TARGET_ARN"] == GONE[target]
    assert message["attributes"]["ERROR_CODE"] == "NO_RESOURCE"


def test_machine_that_takes_the_event_runs(cloud: Cloud) -> None:
    bucket = cloud.bucket(events=True)
    url, arn = cloud.queue()
    tell = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": url, "MessageBody": "{% $states.input.detail %}"},
        "End": True,
    }
    cloud.rule(bucket, Arn=cloud.machine(states(Tell=tell)), DeadLetterConfig={"Arn": arn})
    cloud.client("s3").put_object(Bucket=bucket, Key="crop.jpg", Body=b"x")
    message = cloud.message(url)
    assert message["body"]["object"]["key"] == "crop.jpg"
    assert not message["attributes"]
