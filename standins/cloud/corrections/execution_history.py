"""History: previousEventId, TaskStarted, and a last event for executions that a restart ended."""

from __future__ import annotations

from typing import Any

from ministack.services import stepfunctions

from standins.cloud.patching import wrap
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(stepfunctions, "_add_event", _add_event)
    wrap(stepfunctions, "_restore_state", _restore)


def _add_event(original: Any, execution: dict[str, Any], kind: str, details: dict[str, Any] | None = None) -> Any:
    event = original(execution, kind, details)
    if event:
        event["previousEventId"] = event["id"] - 1
        execution["events"][0]["previousEventId"] = 0
    if event and kind == "TaskScheduled" and details:
        started = {"taskStartedEventDetails": details["taskScheduledEventDetails"]}
        _add_event(original, execution, "TaskStarted", started)
    return event


def _restore(original: Any, data: dict[str, Any] | None) -> None:
    """On AWS an execution goes on; here it ends as FAILED, and its history says so."""
    cut = [e for e in (data or {}).get("executions", {})._data.values() if e["status"] == "RUNNING"] if data else []
    original(data)
    for execution in cut:
        details = {"error": execution["error"], "cause": execution["cause"]}
        stepfunctions._add_event(execution, "ExecutionFailed", {"executionFailedEventDetails": details})
