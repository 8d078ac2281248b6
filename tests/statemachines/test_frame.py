"""The real frame machine, walked path by path on the local cloud with scripted functions."""

from __future__ import annotations

import io
import itertools
import json
import re
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import frame
from tests.statemachines.agreement import interpreted, on_the_cloud

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "statemachines/frame"
ASL = (FOLDER / "frame.asl.json").read_text()
BOOK = json.loads((FOLDER / "cases.json").read_text())
STATES = json.loads(ASL)["States"]
TASKS = [name for name, state in STATES.items() if state["Type"] == "Task"]
ROLE = "arn:aws:iam::111122223333:role/test"


@pytest.fixture(scope="module")
def no_pauses(cloud_url: str) -> Iterator[None]:
    """Retries come at once: the cases are about the path, and the pauses are checked in the ASL."""
    for scale in (0, 1):
        body = json.dumps({"stepfunctions._SFN_WAIT_SCALE": scale}).encode()
        urllib.request.urlopen(urllib.request.Request(f"{cloud_url}/_ministack/config", body, method="POST"))
        if scale == 0:
            yield


@pytest.fixture(scope="module")
def machine(aws: Any, no_pauses: None) -> Iterator[str]:
    """The machine, with a scripted function behind every task."""
    buffer, definition = io.BytesIO(), ASL
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(Path(__file__).with_name("scripted.py"), "scripted.py")
    for state in TASKS:
        stem = state.replace(" ", "")
        function = aws("lambda").create_function(
            FunctionName=f"frame-{stem}",
            Runtime="python3.12",
            Role=ROLE,
            Handler="scripted.handler",
            Timeout=10,
            Environment={"Variables": {"STATE": state}},
            Code={"ZipFile": buffer.getvalue()},
        )
        definition = definition.replace(f"${{{stem}FunctionArn}}", function["FunctionArn"])
    assert "${" not in definition
    machines = aws("stepfunctions")
    made = machines.create_state_machine(name="scripted-frame", definition=definition, roleArn=ROLE)
    yield made["stateMachineArn"]
    machines.delete_state_machine(stateMachineArn=made["stateMachineArn"])


def _script(name: str) -> dict[str, list[dict[str, Any]]]:
    """What each function is to do; a name stands for an entry of the book."""
    return {
        state: [
            {**one, "returns": BOOK[said]} if isinstance(said := one.get("returns"), str) else one for one in answers
        ]
        for state, answers in BOOK["cases"][name]["states"].items()
    }


def _walk(aws: Any, machine: str, name: str, folder: Path) -> dict[str, Any]:
    slug = re.sub("[^a-z]", "-", name)
    work = {**frame(shot=slug).to_json(), "script": {"folder": str(folder), "states": _script(name)}}
    start = {"stateMachineArn": machine, "name": f"case-{slug}-r1", "input": json.dumps(work)}
    machines, deadline = aws("stepfunctions"), time.monotonic() + 60
    arn = machines.start_execution(**start)["executionArn"]
    while (execution := machines.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < deadline, f"{name} never ended"
        time.sleep(0.02)
    return dict(execution)


@pytest.mark.parametrize("name", BOOK["cases"])
def test_path(aws: Any, machine: str, name: str, tmp_path: Path) -> None:
    case = BOOK["cases"][name]
    execution = _walk(aws, machine, name, tmp_path)
    pages = aws("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution["executionArn"])
    events = [event for page in pages for event in page["events"]]
    path = [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]
    assert path == case["path"], execution
    if "error" in case:
        assert (execution["status"], execution["error"]) == ("FAILED", case["error"])
        failure = json.loads((tmp_path / "Record Failure 0.json").read_text())
        assert failure["failure"]["Error"] == case["error"]
        assert failure["execution"] == execution["executionArn"]
        assert failure["frame"]["frame_id"].startswith("entrance-")
    else:
        assert execution["status"] == "SUCCEEDED", execution
        assert json.loads(execution["output"]) == case["output"]
    if (handed_on := tmp_path / "Crop Faces 0.json").exists():  # as a list, also of one: JSONata likes to unwrap those
        assert json.loads(handed_on.read_text())["faces"] == _script(name)["Detect Faces"][0]["returns"]["faces"]
    for state, calls in case.get("calls", {}).items():
        assert len(list(tmp_path.glob(f"{state} *.json"))) == calls
    assert on_the_cloud(execution, tmp_path) == interpreted(ASL, case, execution)


def test_the_cases_walk_every_state_and_every_way_out() -> None:
    paths = [case["path"] for case in BOOK["cases"].values()]
    assert {state for path in paths for state in path} == set(STATES)
    taken = {pair for path in paths for pair in itertools.pairwise(path)}
    ways = {
        (name, target)
        for name, state in STATES.items()
        for target in [
            *([state["Next"]] if "Next" in state else []),
            *([state["Default"]] if "Default" in state else []),
            *(one["Next"] for one in [*state.get("Choices", []), *state.get("Catch", [])]),
        ]
    }
    assert taken == ways
