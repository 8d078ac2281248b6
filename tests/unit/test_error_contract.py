"""The names in Retry and Catch are classes of ours, or AWS's own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from homeward.domain import errors
from homeward.domain.detections import Outcome
from homeward.domain.frames import FrameOutcome

ROOT = Path(__file__).resolve().parents[2]
MACHINES = sorted((ROOT / "statemachines").glob("*/*.asl.json"))
# Errors that Step Functions, Lambda or S3 raise themselves.
AWS_OWN = {
    "States.ALL",
    "States.Timeout",
    "States.HeartbeatTimeout",
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Sandbox.Timedout",
}


def names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("ErrorEquals", [])
        for value in node.values():
            yield from names(value)
    elif isinstance(node, list):
        for value in node:
            yield from names(value)


def tasks(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if node.get("Type") == "Task":
            yield node
        for value in node.values():
            yield from tasks(value)
    elif isinstance(node, list):
        for value in node:
            yield from tasks(value)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda path: path.parent.name)
def test_every_error_name_is_known(machine: Path) -> None:
    for name in names(json.loads(machine.read_text())):
        if name in AWS_OWN:
            continue
        assert issubclass(getattr(errors, name), errors.HomewardError)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda path: path.parent.name)
def test_every_transient_error_is_retried_with_jitter_and_a_cap(machine: Path) -> None:
    transient = {error.__name__ for error in errors.TransientError.__subclasses__()}
    found = list(tasks(json.loads(machine.read_text())))
    assert found
    for task in found:
        retried = {name for retry in task["Retry"] for name in retry["ErrorEquals"]}
        assert transient <= retried or "States.ALL" in retried
        for retry in task["Retry"]:
            if retry["ErrorEquals"] != ["States.HeartbeatTimeout"]:  # asked again for as long as the question is open
                assert 0 < retry["MaxAttempts"] <= 20
            assert retry["JitterStrategy"] == "FULL"
            assert retry["MaxDelaySeconds"] <= 60


def test_every_error_is_in_the_tree_and_named_as_one() -> None:
    for name, value in vars(errors).items():
        if isinstance(value, type):
            assert name.endswith("Error")
            assert issubclass(value, errors.HomewardError)


@pytest.mark.parametrize(("machine", "outcomes"), [("detection", Outcome), ("frame", FrameOutcome)])
def test_every_named_end_of_the_machine_is_an_outcome(machine: str, outcomes: type[StrEnum]) -> None:
    states = json.loads((ROOT / f"statemachines/{machine}/{machine}.asl.json").read_text())["States"]
    ends = {name.upper().replace(" ", "_") for name, state in states.items() if state["Type"] in ("Succeed", "Fail")}
    # What is erased has ended, however far the machine had come.
    assert ends == {outcome.value for outcome in outcomes} - {"ERASED"}
