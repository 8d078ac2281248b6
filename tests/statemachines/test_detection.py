"""The real detection machine, walked path by path on the local cloud with scripted functions."""

from __future__ import annotations

import io
import itertools
import json
import re
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from homeward.domain.claims import SETTLE
from homeward.domain.detections import iso
from tests.factories import detection
from tests.statemachines.agreement import interpreted, on_the_cloud

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "statemachines/detection"
ASL = (FOLDER / "detection.asl.json").read_text()
BOOK = json.loads((FOLDER / "cases.json").read_text())
STATES = json.loads(ASL)["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
NOT_WAITING = ("InvalidToken", "TaskTimedOut")  # no question yet, or one of a call that failed
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
        state: [{**answer, "returns": _said(answer.get("returns"))} for answer in answers]
        for state, answers in BOOK["cases"][name]["states"].items()
    }
    return {
        **detection(shot=re.sub("[^a-z]", "-", name)[:40]).to_json(),
        "script": {"folder": str(folder), "states": states},
    }


def _said(answer: Any) -> Any:
    """What a function returns: a name stands for an entry of the book, `in N s` for that time."""
    said = BOOK[answer] if isinstance(answer, str) else answer
    found = re.fullmatch(r"in (\d+) s", str((said or {}).get("expires_at")))
    return {**said, "expires_at": iso(datetime.now(UTC) + timedelta(seconds=int(found[1])))} if found else said


def _token(folder: Path) -> str:
    """The token of the review's question; the first calls may have failed."""
    asked = sorted(folder.glob("Request Review *.json"))
    return str(json.loads(asked[-1].read_text())["token"]) if asked and asked[-1].read_text().endswith("}") else ""


def _answer_review(aws: Any, folder: Path, answer: dict[str, Any]) -> None:
    def answered() -> bool:
        try:
            aws("stepfunctions").send_task_success(taskToken=_token(folder) or "none yet", output=json.dumps(answer))
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_WAITING:
                raise
            return False
        return True

    _until(answered, "the review was never requested")


def _beat(aws: Any, folder: Path) -> None:
    try:
        aws("stepfunctions").send_task_heartbeat(taskToken=_token(folder) or "none yet")
    except ClientError as error:
        if error.response["Error"]["Code"] not in NOT_WAITING:
            raise


def _until(condition: Any, complaint: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.02)


def _walk(aws: Any, machine: str, name: str, folder: Path) -> dict[str, Any]:
    machines, case = aws("stepfunctions"), BOOK["cases"][name]
    title = f"case-{re.sub('[^a-z]', '-', name)}"[:80]
    arn = machines.start_execution(stateMachineArn=machine, name=title, input=json.dumps(_script(name, folder)))[
        "executionArn"
    ]
    if "review" in case:
        _answer_review(aws, folder, case["review"])

    def ended() -> bool:
        if case.get("heartbeats"):
            _beat(aws, folder)
        return bool(machines.describe_execution(executionArn=arn)["status"] != "RUNNING")

    _until(ended, f"{name} never ended")
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
    if "released" in case:
        assert json.loads((tmp_path / "Release Alert 0.json").read_text())["outcome"] == case["released"]
    if (published := tmp_path / "Publish Alert 0.json").exists():
        people = case["confirmed_by"] if "confirmed_by" in case else case.get("review", {}).get("confirmed_by", 0)
        assert json.loads(published.read_text())["confirmed_by"] == people
    assert on_the_cloud(execution, tmp_path) == interpreted(ASL, case, execution)


def test_the_cases_walk_every_state_and_every_way_out() -> None:
    paths = [case["path"] for case in BOOK["cases"].values()]
    assert {state for path in paths for state in path} == set(STATES)
    taken = {pair for path in paths for pair in itertools.pairwise(path)}
    ways = {
        (name, target)
        for name, state in STATES.items()
        for target in [state.get("Next"), state.get("Default"), *(way["Next"] for way in state.get("Choices", []))]
        if target
    }
    assert ways - taken == set()


def test_the_cases_walk_every_catch() -> None:
    walked = {
        (state, number, follows)
        for case in BOOK["cases"].values()
        for state, follows in itertools.pairwise(case["path"])
        for number in _caught_by(case, state)
    }
    catches = {
        (name, number, catch["Next"])
        for name, task in TASKS.items()
        for number, catch in enumerate(task.get("Catch", []))
    }
    assert catches - walked == set()


def _caught_by(case: dict[str, Any], state: str) -> list[int]:
    """The catchers of a state that take the error with which its script ends."""
    last = case["states"].get(state, [{}])[-1].get("raises")
    if last is None:
        return []
    takes = [{last, "States.ALL"} & set(catch["ErrorEquals"]) for catch in TASKS[state].get("Catch", [])]
    return [number for number, taken in enumerate(takes) if taken][:1]


def test_the_cases_walk_every_retry() -> None:
    """A retrier is walked by a case whose script fails with one of its errors and then goes on."""
    walked = {
        (state, number)
        for case in BOOK["cases"].values()
        for state, answers in case["states"].items()
        for answer in answers[:-1]
        for number, retry in enumerate(TASKS[state]["Retry"])
        if {answer.get("raises", "States.HeartbeatTimeout"), "States.ALL"} & set(retry["ErrorEquals"])
    }
    assert {(name, number) for name, task in TASKS.items() for number in range(len(task["Retry"]))} - walked == set()


def test_an_uncertain_publish_is_tried_for_longer_than_it_takes_to_settle() -> None:
    """Nothing goes out before that, whatever the pauses are; but when nothing had gone out, it must still be tried."""
    retries = TASKS["Publish Alert"]["Retry"]
    uncertain = next(retry for retry in retries if "ServiceUnavailableError" in retry["ErrorEquals"])
    pauses = [min(5 * 2**number, uncertain["MaxDelaySeconds"]) for number in range(uncertain["MaxAttempts"])]
    assert sum(pauses) / 2 >= 1.5 * SETTLE.total_seconds()  # full jitter halves them
    certain = {name for retry in retries if retry is not uncertain for name in retry["ErrorEquals"]}
    assert certain == {"ThrottledError", "Lambda.TooManyRequestsException"}


def test_a_detection_that_matches_nobody_costs_at_most_five_transitions() -> None:
    assert len(BOOK["cases"]["no candidate"]["path"]) + 1 <= 5  # and the start
