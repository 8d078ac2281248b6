"""Step Functions' own validator: it takes our machines, and refuses what we believe to be broken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from homeward.adapters.aws import client
from tests.statemachines.broken import ALL, MACHINES, whole
from tests.statemachines.test_validators import LEFT_TO_AWS

BROKEN = {one.name: one for one in ALL}
REFUSED = [
    *("no StartAt", "StartAt names no state", "no States", "no state at all", "Next names no state"),
    *("Default names no state", "Next of a choice names no state", "Next of a Catch names no state"),
    *("neither Next nor End", "Next out of a Map", "no Type", "unknown Type", "no Resource", "a field of JSONPath"),
    *("an expression that doesn't parse", "StartAt inside names no state"),
]
"""What the local cloud refuses, too: it must not be stricter than AWS."""


def verdict(definition: dict[str, Any]) -> str:
    text = json.dumps(definition).replace("${", "arn:aws:lambda:us-east-1:111122223333:function:").replace("Arn}", "")
    return str(client("stepfunctions").validate_state_machine_definition(definition=text)["result"])


@pytest.mark.parametrize("machine", MACHINES)
def test_our_machines_are_accepted(machine: str) -> None:
    assert verdict(whole(machine)) == "OK"


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_local_cloud_refuses_is_refused(name: str) -> None:
    assert verdict(BROKEN[name].definition()) == "FAIL"


@pytest.mark.aws_only("the local cloud looks at transitions, types and expressions only")
@pytest.mark.parametrize("name", LEFT_TO_AWS)
def test_what_no_judge_finds_is_refused(name: str) -> None:
    assert verdict(BROKEN[name].definition()) == "FAIL"
