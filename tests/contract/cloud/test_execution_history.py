"""Events are chained, and an execution that a restart ended says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.contract.cloud.conftest import Cloud, states


def test_events_of_a_task(cloud: Cloud) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": cloud.function("def handler(e, c): return 1"), "Payload": {}},
        "End": True,
    }
    arn = cloud.start_execution(cloud.machine(states(Look=task)))
    cloud.ended(arn)
    events = cloud.history(arn)
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["previousEventId"] for event in events] == list(range(7))


def test_execution_cut_by_a_restart_has_a_last_event(new_cloud: Callable[..., Cloud], tmp_path: Path) -> None:
    first = new_cloud(data=tmp_path / "data")
    arn = first.start_execution(first.machine(states(Wait={"Type": "Wait", "Seconds": 60, "End": True})))
    assert first.end() == 0
    second = new_cloud(data=tmp_path / "data")
    assert second.ended(arn)["error"] == "States.ServiceRestart"
    assert second.history(arn)[-1]["type"] == "ExecutionFailed"
