"""TimeoutSeconds of a state machine; and a stopped or timed-out execution does, and records, nothing more."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from ministack.services import stepfunctions

from standins.cloud.corrections.running import current, is_over, stop_if_over
from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings

TERMINAL_EVENTS = ("ExecutionAborted", "ExecutionTimedOut")
LOOK_SECONDS = 0.1


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(stepfunctions, "_run_execution", _run_execution)
    wrap(stepfunctions, "_execute_task", _execute_task)
    wrap(stepfunctions, "_add_event", _add_event)
    wrap(stepfunctions, "_fail_execution", _fail_execution)
    replace(stepfunctions, "_scaled_sleep", _sleep)


def _run_execution(original: Any, arn: str) -> None:
    execution = stepfunctions._executions[arn]
    machine = stepfunctions._state_machines.get(execution["stateMachineArn"]) or {}
    limit = json.loads(machine.get("definition", "{}")).get("TimeoutSeconds")
    timer = threading.Timer(float(limit or 0), _time_out, [execution])
    timer.daemon = True
    token = current.set(execution)
    try:
        if limit:
            timer.start()
        original(arn)
    finally:
        timer.cancel()
        current.reset(token)


def _time_out(execution: dict[str, Any]) -> None:
    if execution["status"] != "RUNNING":
        return
    execution.update(status="TIMED_OUT", error="States.Timeout", stopDate=stepfunctions.now_iso())
    stepfunctions._add_event(
        execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {"error": "States.Timeout"}}
    )
    stepfunctions._emit_execution_status_event(execution)


def _execute_task(original: Any, *arguments: Any) -> Any:
    stop_if_over()
    return original(*arguments)


def _add_event(original: Any, execution: dict[str, Any], kind: str, details: dict[str, Any] | None = None) -> Any:
    if is_over(execution) and kind not in TERMINAL_EVENTS:
        return {}
    return original(execution, kind, details)


def _fail_execution(original: Any, execution: dict[str, Any], error: str, cause: str) -> None:
    if execution["status"] == "RUNNING":
        original(execution, error, cause)


def _sleep(seconds: float) -> None:
    """Wait and retry delays, cut short when the execution is over."""
    until = time.monotonic() + seconds * stepfunctions._SFN_WAIT_SCALE
    while (left := until - time.monotonic()) > 0:
        stop_if_over()
        time.sleep(min(left, LOOK_SECONDS))
