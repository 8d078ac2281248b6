"""A machine's TimeoutSeconds, and the end of an execution."""

from __future__ import annotations

import time
from typing import Any

from tests.contract.cloud.conftest import Cloud, states, wait_for

WAIT: dict[str, Any] = {"Type": "Wait", "Seconds": 1, "Next": "After"}


def test_machine_times_out(cloud: Cloud) -> None:
    definition = {**states(Wait={**WAIT, "Seconds": 60}, After={"Type": "Succeed"}), "TimeoutSeconds": 1}
    began = time.monotonic()
    arn = cloud.start_execution(cloud.machine(definition))
    assert cloud.ended(arn)["status"] == "TIMED_OUT"
    assert 0.9 < time.monotonic() - began < 3
    assert cloud.history(arn)[-1]["type"] == "ExecutionTimedOut"


def test_nothing_follows_the_end(cloud: Cloud) -> None:
    name = cloud.function("import time\ndef handler(e, c):\n    time.sleep(0.5)\n    print('slept')")
    look = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": name, "Payload": {}},
        "Next": "Two",
    }
    arn = cloud.start_execution(cloud.machine(states(One=look, Two={**look, "Next": "Done"}, Done={"Type": "Succeed"})))
    wait_for(lambda: any(event["type"] == "TaskScheduled" for event in cloud.history(arn)))
    cloud.client("stepfunctions").stop_execution(executionArn=arn)
    logs = cloud.client("logs")
    wait_for(lambda: logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"])
    assert cloud.history(arn)[-1]["type"] == "ExecutionAborted"
    assert cloud.ended(arn)["status"] == "ABORTED"


def test_stop_reaches_a_branch_that_waits(cloud: Cloud) -> None:
    name = cloud.function("def handler(e, c): print('too late')")
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": name, "Payload": {}},
        "End": True,
    }
    branches = [states(Wait={**WAIT, "Next": "Call"}, Call=call)]
    definition = states(All={"Type": "Parallel", "Branches": branches, "End": True})
    arn = cloud.start_execution(cloud.machine(definition))
    marker = cloud.start_execution(cloud.machine(states(Wait={"Type": "Wait", "Seconds": 2, "End": True})))
    cloud.client("stepfunctions").stop_execution(executionArn=arn)
    cloud.ended(marker)
    assert not cloud.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
