"""Which errors States.ALL and States.TaskFailed match, and the names of a throttled Lambda and a failed child."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import lambda_svc, stepfunctions

from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings

NEVER_CAUGHT_BY_WILDCARD = ("States.Runtime", "States.DataLimitExceeded")
TIMEOUTS = ("States.Timeout", "States.HeartbeatTimeout")
OUTPUT_LIMIT_BYTES = 262_144
CHILD_FIELDS = ("executionArn", "input", "name", "startDate", "stateMachineArn", "status", "stopDate", "error", "cause")


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    replace(stepfunctions, "_error_matches", _matches)
    replace(stepfunctions, "_nested_execution_failure", _child_failure)
    wrap(stepfunctions, "_nested_start_execution_request", _child_request)
    wrap(stepfunctions, "_invoke_nested_start_execution", _start_child)
    wrap(stepfunctions, "_add_event", _limit_output)
    wrap(lambda_svc, "_throttle_response", _throttled)


def _matches(error_equals: list[str], error: str) -> bool:
    if error in error_equals or (error == "States.HeartbeatTimeout" and "States.Timeout" in error_equals):
        return True
    if error in NEVER_CAUGHT_BY_WILDCARD:
        return False
    return "States.ALL" in error_equals or ("States.TaskFailed" in error_equals and error not in TIMEOUTS)


def _child_failure(child: dict[str, Any]) -> tuple[str, str]:
    """Error and cause of a `startExecution.sync` task: the cause describes the child."""
    cause = {name[0].upper() + name[1:]: child[name] for name in CHILD_FIELDS if child.get(name) is not None}
    return "States.TaskFailed", json.dumps(cause)


def _child_request(original: Any, data: dict[str, Any]) -> Any:
    """MiniStack's missing argument is a `ValidationException`; AWS names the service."""
    if not (data.get("StateMachineArn") or data.get("stateMachineArn")):
        raise stepfunctions._ExecutionError("StepFunctions.ValidationException", "StateMachineArn is required")
    return original(data)


def _start_child(original: Any, resource: str, data: dict[str, Any]) -> Any:
    try:
        return original(resource, data)
    except stepfunctions._ExecutionError as error:
        if error.error.startswith(("StepFunctions.", "States.")):
            raise
        name = error.error if error.error.endswith("Exception") else f"{error.error}Exception"
        raise stepfunctions._ExecutionError(f"StepFunctions.{name}", error.cause) from error


def _limit_output(original: Any, execution: dict[str, Any], kind: str, details: dict[str, Any] | None = None) -> Any:
    exited = (details or {}).get("stateExitedEventDetails")
    if exited and len((exited.get("output") or "").encode()) > OUTPUT_LIMIT_BYTES:
        raise stepfunctions._ExecutionError(
            "States.DataLimitExceeded",
            f"The state/task '{exited['name']}' returned a result with a size exceeding the maximum number of bytes.",
        )
    return original(execution, kind, details)


def _throttled(original: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
    """A task's error is named by `errorType`; the Invoke API's answer keeps its own fields."""
    result: dict[str, Any] = original(*arguments, **named)
    result["body"]["errorType"] = "Lambda.TooManyRequestsException"
    return result
