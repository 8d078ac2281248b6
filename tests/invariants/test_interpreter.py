"""The interpreter walks the machines' own cases as the local cloud does: what is found on it holds for the machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.invariants.asl import Execution
from tests.invariants.script import Script

MACHINES = Path(__file__).resolve().parents[2] / "statemachines"


def _book(machine: str) -> dict[str, Any]:
    return dict(json.loads((MACHINES / machine / "cases.json").read_text()))


def _definition(machine: str) -> dict[str, Any]:
    return dict(json.loads((MACHINES / machine / f"{machine}.asl.json").read_text()))


CASES = [(machine, name) for machine in ("detection", "frame") for name in _book(machine)["cases"]]


@pytest.mark.parametrize(("machine", "name"), CASES)
def test_a_case_takes_its_path(machine: str, name: str) -> None:
    book = _book(machine)
    case = book["cases"][name]
    script = Script(case, book)
    execution = Execution(_definition(machine), f"arn:execution:{machine}:case", {"id": 1}, script)
    execution.run()
    assert execution.path == case["path"]
    assert execution.error == case.get("error")
    assert {state: len(script.calls[state]) for state in case.get("calls", {})} == case.get("calls", {})
    if "output" in case:
        assert execution.output == case["output"]


def test_pauses_grow_to_their_limit() -> None:
    states = {"Search Faces": [{"raises": "ThrottledError"}], "Record Failure": [{"returns": {}}]}
    script = Script({"states": states}, {})
    Execution(_definition("detection"), "arn", {}, script).run()
    assert script.pauses == [1, 2, 4, 8, 16, 30]
