"""The real detection machine, walked path by path on the local cloud with scripted functions."""

from __future__ import annotations

import io
import json
import re
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import detection

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "statemachines/detection"
ASL = (FOLDER / "detection.asl.json").read_text()
BOOK = json.loads((FOLDER / "cases.json").read_text())
STATES = json.loads(ASL)["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
ROLE = "arn:aws:iam::111122223333:role/test"


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(Path(__file__).with_name("scripted.py"), "scripted.py")
    return buffer.getvalue()


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
    functions, definition = aws("lambda"), ASL
    for state in TASKS:
        stem = state.replace(" ", "")
        arn = functions.create_function(
            FunctionName=f"scripted-{stem}",
            Runtime="python3.12",
            Role=ROLE,
            Handler="scripted.handler",
            Timeout=10,
            Environment={"Variables": {"STATE": state}},
            Code={"ZipFile": _zip()},
        )["FunctionArn"]
        definition = definition.replace(f"${{{stem}FunctionArn}}", arn)
    assert "${" not in definition
    machines = aws("stepfunctions")
    arn = machines.create_state_machine(name="scripted-detection", definition=definition, roleArn=ROLE)[
        "stateMachineArn"
    ]
    yield arn
    machines.delete_state_machine(stateMachineArn=arn)


def _script(name: str, folder: Path) -> dict[str, Any]:
    states = {
        state: [
            {**a, "returns": BOOK[a["returns"]] if isinstance(a.get("returns"), str) else a.get("returns")}
            for a in answers
        ]
        for state, answers in BOOK["cases"][name]["states"].items()
    }
    return {
        **detection(shot=re.sub("[^a-z]", "-", name)).to_json(),
        "script": {"folder": str(folder), "states": states},
    }


def _answer_review(aws: Any, folder: Path, answer: dict[str, str]) -> None:
    asked = folder / "Request Review 0.json"
    _until(lambda: asked.exists() and asked.read_text().endswith("}"), "the review was never requested")
    aws("stepfunctions").send_task_success(taskToken=json.loads(asked.read_text())["token"], output=json.dumps(answer))


def _until(condition: Any, complaint: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.02)


def _walk(aws: Any, machine: str, name: str, folder: Path) -> dict[str, Any]:
    machines, case = aws("stepfunctions"), BOOK["cases"][name]
    title = f"case-{re.sub('[^a-z]', '-', name)}"
    arn = machines.start_execution(stateMachineArn=machine, name=title, input=json.dumps(_script(name, folder)))[
        "executionArn"
    ]
    if "review" in case:
        _answer_review(aws, folder, case["review"])
    _until(lambda: machines.describe_execution(executionArn=arn)["status"] != "RUNNING", f"{name} never ended")
    return dict(machines.describe_execution(executionArn=arn))


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
    else:
        assert execution["status"] == "SUCCEEDED", execution
        assert json.loads(execution["output"]) == {"outcome": path[-1].upper().replace(" ", "_")}
    for state, calls in case.get("calls", {}).items():
        assert len(list(tmp_path.glob(f"{state} *.json"))) == calls


def test_the_cases_walk_every_state() -> None:
    assert {state for case in BOOK["cases"].values() for state in case["path"]} == set(STATES)


def test_a_detection_that_matches_nobody_costs_at_most_five_transitions() -> None:
    assert len(BOOK["cases"]["no candidate"]["path"]) <= 5
