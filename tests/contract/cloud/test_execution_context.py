"""An execution begins at once and knows itself."""

from __future__ import annotations

from tests.contract.cloud.conftest import ROLE, Cloud, states

PASS = {"Type": "Pass", "Output": "{% $states.context.Execution %}", "End": True}


def test_context_of_an_execution(cloud: Cloud) -> None:
    machine = cloud.machine(states(Only=PASS))
    arn = cloud.start_execution(machine, {"a": 1}, name="camera-1")
    result = cloud.ended(arn)
    assert (result["stopDate"] - result["startDate"]).total_seconds() < 0.1
    start = result["output"].pop("StartTime")
    assert start.startswith(result["startDate"].strftime("%Y-%m-%dT"))
    assert result["output"] == {"Id": arn, "Input": {"a": 1}, "Name": "camera-1", "RoleArn": ROLE, "RedriveCount": 0}
