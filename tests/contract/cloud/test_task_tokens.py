"""waitForTaskToken."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.cloud.conftest import Cloud, states


def review(cloud: Cloud, **fields: Any) -> tuple[str, str]:
    """(url of the queue that gets the token, definition's machine)"""
    url, _ = cloud.queue()
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {"QueueUrl": url, "MessageBody": {"token": "{% $states.context.Task.Token %}"}},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Error %}", "Next": "Caught"}],
        "End": True,
        **fields,
    }
    return url, cloud.machine(states(Review=task, Caught={"Type": "Succeed"}))


def code_of(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return str(error.value.response["Error"]["Code"])


def test_answer_counts_once(cloud: Cloud) -> None:
    sfn = cloud.client("stepfunctions")
    url, machine = review(cloud)
    arn = cloud.start_execution(machine)
    token = cloud.message(url)["body"]["token"]
    assert code_of(sfn.send_task_success, taskToken=token, output="{oops") == "InvalidOutput"
    sfn.send_task_success(taskToken=token, output=json.dumps({"outcome": "confirm"}))
    assert cloud.ended(arn)["output"] == {"outcome": "confirm"}
    assert code_of(sfn.send_task_success, taskToken=token, output="{}") == "TaskTimedOut"
    assert code_of(sfn.send_task_heartbeat, taskToken=token) == "TaskTimedOut"
    assert code_of(sfn.send_task_failure, taskToken="not a token", error="E") == "InvalidToken"


def test_heartbeat_is_missed(cloud: Cloud) -> None:
    _, machine = review(cloud, HeartbeatSeconds=1, TimeoutSeconds=30)
    assert cloud.ended(cloud.start_execution(machine))["output"] == "States.HeartbeatTimeout"


def test_heartbeats_keep_a_task_alive(cloud: Cloud) -> None:
    url, machine = review(cloud, HeartbeatSeconds=1)
    arn = cloud.start_execution(machine)
    token = cloud.message(url)["body"]["token"]
    until = time.monotonic() + 1.6
    while time.monotonic() < until:
        cloud.client("stepfunctions").send_task_heartbeat(taskToken=token)
    cloud.client("stepfunctions").send_task_failure(taskToken=token, error="Rejected", cause="")
    assert cloud.ended(arn)["output"] == "Rejected"


def test_timeout_may_be_an_expression(cloud: Cloud) -> None:
    _, machine = review(cloud, TimeoutSeconds="{% $states.input.seconds %}")
    assert cloud.ended(cloud.start_execution(machine, {"seconds": 1}))["output"] == "States.Timeout"


def test_each_attempt_has_its_own_token(cloud: Cloud) -> None:
    retry = [{"ErrorEquals": ["Again"], "IntervalSeconds": 0, "MaxAttempts": 1}]
    url, machine = review(cloud, Retry=retry)
    arn = cloud.start_execution(machine)
    first = cloud.message(url)["body"]["token"]
    cloud.client("stepfunctions").send_task_failure(taskToken=first, error="Again")
    second = cloud.message(url)["body"]["token"]
    assert second != first
    assert code_of(cloud.client("stepfunctions").send_task_success, taskToken=first, output="1") == "TaskTimedOut"
    cloud.client("stepfunctions").send_task_success(taskToken=second, output="2")
    assert cloud.ended(arn)["output"] == 2


def test_failed_call_fails_the_task(cloud: Cloud) -> None:
    name = cloud.function("def handler(e, c): raise LookupError('queue')")
    _, machine = review(
        cloud,
        Resource="arn:aws:states:::lambda:invoke.waitForTaskToken",
        Arguments={"FunctionName": name, "Payload": {"token": "{% $states.context.Task.Token %}"}},
        TimeoutSeconds=5,
    )
    assert cloud.ended(cloud.start_execution(machine))["output"] == "LookupError"
