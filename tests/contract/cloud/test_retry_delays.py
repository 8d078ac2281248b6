"""MaxDelaySeconds and JitterStrategy."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.contract.cloud.conftest import Cloud, states


def delays(cloud: Cloud, retry: dict[str, Any]) -> list[float]:
    """Seconds between the attempts of a task that always fails."""
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": cloud.function("def handler(e, c): raise ValueError"), "Payload": {}},
        "Retry": [{"ErrorEquals": ["States.ALL"], **retry}],
        "End": True,
    }
    arn = cloud.start_execution(cloud.machine(states(Fail=task)))
    assert cloud.ended(arn)["status"] == "FAILED"
    times = [event["timestamp"].timestamp() for event in cloud.history(arn) if event["type"] == "TaskScheduled"]
    return [after - before for before, after in pairwise(times)]


def test_delay_is_bounded(cloud: Cloud) -> None:
    found = delays(cloud, {"IntervalSeconds": 1, "BackoffRate": 50, "MaxDelaySeconds": 2, "MaxAttempts": 2})
    assert [round(delay) for delay in found] == [1, 2]


def test_delay_is_scattered(cloud: Cloud) -> None:
    retry = {"IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 3, "JitterStrategy": "FULL"}
    found = delays(cloud, retry)
    assert len(found) == 3
    assert sum(found) < 2.99, "the chance that this fails for scattered delays is below 1 in 10 million"
