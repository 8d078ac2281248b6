"""Names of errors, and which wildcards match them."""

from __future__ import annotations

import json
from typing import Any

from tests.contract.cloud.conftest import Cloud, states

CATCH_ALL = [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "Caught"}]
CAUGHT = {"Type": "Succeed"}


def task(arguments: dict[str, Any], resource: str = "arn:aws:states:::lambda:invoke") -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, "Arguments": arguments, "Catch": CATCH_ALL, "End": True}


def test_states_all_does_not_catch_states_runtime(cloud: Cloud) -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.nothing", "NumericEquals": 1, "Next": "In"}],
        "Default": "In",
    }
    branch = states(Ask=choice, In={"Type": "Succeed"})
    parallel = {"Type": "Parallel", "Branches": [branch], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]}
    result = cloud.run(states(All={**parallel, "End": True}, Caught=CAUGHT), jsonata=False)
    assert (result["status"], result["error"]) == ("FAILED", "States.Runtime")


def test_output_over_the_limit_is_not_caught(cloud: Cloud) -> None:
    name = cloud.function("def handler(e, c): return 'x' * 262_144")
    result = cloud.run(states(Large=task({"FunctionName": name, "Payload": {}}), Caught=CAUGHT))
    assert (result["status"], result["error"]) == ("FAILED", "States.DataLimitExceeded")


def test_throttled_function(cloud: Cloud) -> None:
    name = cloud.function("def handler(e, c): return 1")
    cloud.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    result = cloud.run(states(Call=task({"FunctionName": name, "Payload": {}}), Caught=CAUGHT))
    assert result["output"]["Error"] == "Lambda.TooManyRequestsException"


def test_failed_child(cloud: Cloud) -> None:
    child = cloud.machine(states(No={"Type": "Fail", "Error": "MyError", "Cause": "why"}))
    arguments = {"StateMachineArn": child, "Input": {}}
    sync = task(arguments, "arn:aws:states:::states:startExecution.sync:2")
    result = cloud.run(states(Child=sync, Caught=CAUGHT))
    assert result["output"]["Error"] == "States.TaskFailed"
    assert json.loads(result["output"]["Cause"])["Error"] == "MyError"


def test_child_whose_name_is_taken(cloud: Cloud) -> None:
    child = cloud.machine(states(Yes={"Type": "Succeed"}))
    cloud.ended(cloud.start_execution(child, name="taken"))
    arguments = {"StateMachineArn": child, "Name": "taken", "Input": {}}
    result = cloud.run(states(Child=task(arguments, "arn:aws:states:::states:startExecution"), Caught=CAUGHT))
    assert result["output"]["Error"] == "StepFunctions.ExecutionAlreadyExistsException"
