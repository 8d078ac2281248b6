"""What a local cloud can't show; docs/testing.md says of each what AWS documents, and where."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from homeward.adapters.aws import client, error_code
from homeward.domain import errors
from homeward.settings import Setting, Settings
from tests.aws.cleanup import OWN_POLICY
from tests.aws.conftest import Stack, until


@pytest.mark.aws_only("what stays on this machine counts as TLS")
def test_without_tls_nothing_is_read(settings: Settings) -> None:
    plain = boto3.client("s3", use_ssl=False)
    for setting in (Setting.PICTURES_BUCKET, Setting.CASES_BUCKET, Setting.AUDIT_BUCKET):
        with pytest.raises(ClientError) as refused:
            plain.list_objects_v2(Bucket=settings[setting])
        assert error_code(refused.value) == "AccessDenied"


@pytest.fixture
def denied(settings: Settings) -> Iterator[None]:
    """The detection machine's role may call no function, for as long as the test runs."""
    machine = client("stepfunctions").describe_state_machine(stateMachineArn=settings[Setting.DETECTION_MACHINE_ARN])
    role = machine["roleArn"].rpartition("/")[2]
    statement = {"Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("iam").put_role_policy(RoleName=role, PolicyName=OWN_POLICY, PolicyDocument=document)
    yield
    client("iam").delete_role_policy(RoleName=role, PolicyName=OWN_POLICY)


def execution(settings: Settings, name: str, payload: dict[str, Any]) -> dict[str, Any]:
    """An execution of the detection machine, once it has ended."""
    machines, machine = client("stepfunctions"), settings[Setting.DETECTION_MACHINE_ARN]
    arn = machines.start_execution(stateMachineArn=machine, name=name, input=json.dumps(payload))["executionArn"]
    until(lambda: machines.describe_execution(executionArn=arn)["status"] != "RUNNING")
    return dict(machines.describe_execution(executionArn=arn))


def failures(arn: str) -> list[tuple[str, str]]:
    """(state, error) of every task that failed, in order."""
    pages = client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    state, found = "", []
    for event in (event for page in pages for event in page["events"]):
        state = event.get("stateEnteredEventDetails", {}).get("name", state)
        if event["type"] == "TaskFailed":
            found.append((state, event["taskFailedEventDetails"]["error"]))
    return found


@pytest.mark.aws_only("roles of state machines aren't enforced")
def test_a_machine_may_call_only_what_its_role_allows(denied: None, settings: Settings) -> None:
    """The functions would raise an error of ours, had they been called. A change of a role takes a while to be seen."""

    def refused() -> dict[str, Any] | None:
        ended = execution(settings, f"denied-{time.time_ns()}", {})
        return None if any(hasattr(errors, error) for _, error in failures(ended["executionArn"])) else ended

    ended = until(refused)
    assert ended["status"] == "FAILED"
    assert [state for state, _ in failures(ended["executionArn"])][-1] == "Record Failure"


@pytest.mark.aws_only("there is no RedriveExecution")
def test_an_execution_that_failed_goes_on_where_it_stopped(settings: Settings) -> None:
    machines = client("stepfunctions")
    ended = execution(settings, f"redriven-{time.time_ns()}", {"not": "a detection"})
    assert ended["status"] == "FAILED"
    machines.redrive_execution(executionArn=ended["executionArn"])
    until(lambda: machines.describe_execution(executionArn=ended["executionArn"])["status"] != "RUNNING")
    again = machines.describe_execution(executionArn=ended["executionArn"])
    assert (again["status"], again["redriveCount"]) == ("FAILED", 1)


@pytest.mark.aws_only("a failed execution has an output there")
def test_a_failed_execution_has_no_output(settings: Settings) -> None:
    ended = execution(settings, f"without-output-{time.time_ns()}", {"not": "a detection"})
    assert ended["status"] == "FAILED"
    assert "output" not in ended


@pytest.mark.aws_only("there are no metrics of state machines and no execution logs")
def test_a_failed_execution_is_measured_and_logged(settings: Settings, stack: Stack) -> None:
    ended = execution(settings, f"measured-{time.time_ns()}", {"not": "a detection"})
    machine = {"Name": "StateMachineArn", "Value": settings[Setting.DETECTION_MACHINE_ARN]}

    def measured() -> bool:
        now = datetime.now(UTC)
        points = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/States",
            MetricName="ExecutionsFailed",
            Dimensions=[machine],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points) >= 1

    def logged() -> bool:
        group = f"/aws/vendedlogs/states/{stack.name}"
        events = client("logs").filter_log_events(logGroupName=group)["events"]
        return any(ended["executionArn"] in event["message"] for event in events)

    until(measured)
    until(logged)


@pytest.mark.aws_only("limits of payloads aren't enforced")
def test_a_function_s_payload_has_a_limit(stack: Stack) -> None:
    payload = json.dumps({"x": "x" * 7_000_000})
    with pytest.raises(ClientError) as refused:
        client("lambda").invoke(FunctionName=f"{stack.name}-search_faces", Payload=payload)
    assert error_code(refused.value) == "RequestTooLargeException"


@pytest.mark.aws_only("an alarm doesn't see that data is missing")
def test_an_alarm_on_silence_goes_off(stack: Stack) -> None:
    """Nobody has ever sealed an hour of this stack."""

    def state() -> bool:
        prefix = f"{stack.name}-SealGapAlarm"
        (alarm,) = client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
        return bool(alarm["StateValue"] == "ALARM")

    until(state, 3600)
