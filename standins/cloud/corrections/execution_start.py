"""StartExecution: idempotent by name while it runs, and an input that AWS would take."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import stepfunctions

from standins.cloud.patching import wrap
from standins.cloud.settings import Settings

INPUT_LIMIT_BYTES = 262_144


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(stepfunctions, "_start_execution", _start_execution)
    wrap(stepfunctions, "_start_sync_execution", _start_sync_execution)


def _start_execution(original: Any, data: dict[str, Any]) -> Any:
    running = _running_execution(data)
    if running is not None:
        return stepfunctions.json_response(running)
    return _input_error(data) or original(data)


def _start_sync_execution(original: Any, data: dict[str, Any]) -> Any:
    return _input_error(data) or original(data)


def _running_execution(data: dict[str, Any]) -> dict[str, Any] | None:
    """The running execution with the same name and the same input, as StartExecution answers it."""
    machine_arn = stepfunctions._resolve_state_machine_arn((data.get("stateMachineArn") or "").split("#")[0])
    if machine_arn is None or not data.get("name"):
        return None
    arn = machine_arn.replace(":stateMachine:", ":execution:", 1) + f":{data['name']}"
    execution = stepfunctions._executions.get(arn)
    if not execution or execution["status"] != "RUNNING" or execution["input"] != data.get("input", "{}"):
        return None
    return {"executionArn": arn, "startDate": execution["startDate"]}


def _input_error(data: dict[str, Any]) -> Any:
    text = data.get("input", "{}")
    if len(text.encode()) > INPUT_LIMIT_BYTES:
        return stepfunctions.error_response_json(
            "ValidationException",
            "1 validation error detected: Value at 'input' failed to satisfy constraint: "
            f"Member must have length less than or equal to {INPUT_LIMIT_BYTES}",
            400,
        )
    try:
        json.loads(text)
    except ValueError as error:
        return stepfunctions.error_response_json(
            "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'", 400
        )
    return None
