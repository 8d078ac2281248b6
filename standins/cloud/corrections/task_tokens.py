"""waitForTaskToken: HeartbeatSeconds, TimeoutSeconds, and what a token is worth afterwards."""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import Any

from ministack.services import stepfunctions

from standins.cloud.corrections.running import stop_if_over
from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings

LOOK_SECONDS = 0.25
CALLBACK = ".waitForTaskToken"


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(stepfunctions, "_execute_task", _with_evaluated_times)
    replace(stepfunctions, "_invoke_with_callback", _invoke_with_callback)
    wrap(stepfunctions, "_apply_jsonata_arguments", _with_new_token)
    wrap(stepfunctions, "_apply_parameters", _with_new_token)
    for name in ("_send_task_success", "_send_task_failure", "_send_task_heartbeat"):
        wrap(stepfunctions, name, _send)


def _with_evaluated_times(
    original: Any, state: dict[str, Any], data: Any, execution: dict[str, Any], context: dict[str, Any]
) -> Any:
    """TimeoutSeconds and HeartbeatSeconds may be expressions, or paths into the input."""
    times = {}
    for name in ("TimeoutSeconds", "HeartbeatSeconds"):
        if isinstance(state.get(name), str):
            times[name] = stepfunctions._jsonata_state_field(state, name, "number", data, context)
        elif f"{name}Path" in state:
            times[name] = stepfunctions._resolve_path_or_ctx(state[f"{name}Path"], data, context)
    return original({**state, **times}, data, execution, context)


def _with_new_token(original: Any, state: dict[str, Any], data: Any, context: dict[str, Any] | None = None) -> Any:
    """Each attempt has a token of its own: a late answer to an earlier attempt must not count."""
    if context is not None and CALLBACK in state.get("Resource", ""):
        context["Task"] = {"Token": str(uuid.uuid4())}
    return original(state, data, context)


def _invoke_with_callback(resource: str, data: Any, token: str, state: dict[str, Any]) -> Any:
    """Call the service, then wait until someone sends the token back."""
    task: dict[str, Any] = {
        "event": threading.Event(),
        "result": None,
        "error": None,
        "heartbeat": None,
        "beat": time.monotonic(),
    }
    stepfunctions._task_tokens[token] = task
    try:
        stepfunctions._invoke_resource(resource.replace(CALLBACK, ""), data)
        _wait(task, state)
    finally:
        stepfunctions._task_tokens.pop(token, None)
    if task["error"]:
        raise stepfunctions._ExecutionError(task["error"]["Error"], task["error"]["Cause"])
    return json.loads(task["result"])


def _wait(task: dict[str, Any], state: dict[str, Any]) -> None:
    heartbeat = float(state.get("HeartbeatSeconds", "inf"))
    times_out = time.monotonic() + float(state.get("TimeoutSeconds", "inf"))
    while True:
        left = min(times_out, task["beat"] + heartbeat) - time.monotonic()
        if task["event"].wait(max(0.0, min(left, LOOK_SECONDS))):
            return
        stop_if_over()
        now = time.monotonic()
        if now >= times_out:
            raise stepfunctions._ExecutionError("States.Timeout", "")
        if now >= task["beat"] + heartbeat:
            raise stepfunctions._ExecutionError("States.HeartbeatTimeout", "")


def _send(original: Any, data: dict[str, Any]) -> Any:
    """SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat."""
    token = data.get("taskToken", "")
    task = stepfunctions._task_tokens.get(token)
    if task is None and not _is_token(token):
        return stepfunctions.error_response_json("InvalidToken", "Invalid Token: 'Invalid token'", 400)
    if task is None or task["event"].is_set():
        return stepfunctions.error_response_json(
            "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'", 400
        )
    if "output" in data and not _is_json(data["output"]):
        return stepfunctions.error_response_json("InvalidOutput", "Invalid Output: 'Invalid JSON'", 400)
    task["beat"] = time.monotonic()
    return original(data)


def _is_token(text: str) -> bool:
    """Whether the text has the form of our tokens: then its task has ended."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
