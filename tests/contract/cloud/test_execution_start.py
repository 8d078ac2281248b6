"""StartExecution: the name is an idempotency key, the input is checked."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.contract.cloud.conftest import Cloud, states

WAIT = states(Wait={"Type": "Wait", "Seconds": 60, "End": True})
PASS = states(Pass={"Type": "Pass", "End": True})


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_same_name_and_input_while_running_is_the_same_execution(cloud: Cloud) -> None:
    machine = cloud.machine(WAIT)
    arn = cloud.start_execution(machine, {"key": 1}, name="one")
    assert cloud.start_execution(machine, {"key": 1}, name="one") == arn
    with pytest.raises(ClientError) as error:
        cloud.start_execution(machine, {"key": 2}, name="one")
    assert code_of(error) == "ExecutionAlreadyExists"
    cloud.client("stepfunctions").stop_execution(executionArn=arn)


def test_name_of_an_ended_execution_is_taken(cloud: Cloud) -> None:
    machine = cloud.machine(PASS)
    cloud.ended(cloud.start_execution(machine, name="one"))
    with pytest.raises(ClientError) as error:
        cloud.start_execution(machine, name="one")
    assert code_of(error) == "ExecutionAlreadyExists"


@pytest.mark.parametrize(
    ("text", "code"),
    [("{oops", "InvalidExecutionInput"), ('"' + "x" * 262_143 + '"', "ValidationException")],
)
def test_input_that_is_refused(cloud: Cloud, text: str, code: str) -> None:
    with pytest.raises(ClientError) as error:
        cloud.client("stepfunctions").start_execution(stateMachineArn=cloud.machine(PASS), input=text)
    assert code_of(error) == code


def test_largest_input(cloud: Cloud) -> None:
    text = '"' + "x" * 262_142 + '"'
    answer = cloud.client("stepfunctions").start_execution(stateMachineArn=cloud.machine(PASS), input=text)
    assert len(cloud.ended(answer["executionArn"])["output"]) == 262_142
