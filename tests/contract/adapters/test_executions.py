"""What Step Functions tells of executions: pages without gaps, histories, and what is unknown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from homeward.adapters.aws import client
from homeward.adapters.executions import StepFunctionsHistory
from homeward.domain import executions
from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.executions import Machine, VisitStatus, visits
from homeward.settings import Settings
from tests.contract.retention.sightings import until

DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "Route",
    "States": {
        "Route": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.fail %}", "Next": "No"}],
            "Default": "Go",
        },
        "Go": {"Type": "Pass", "Output": {"done": True}, "Next": "Yes"},
        "Yes": {"Type": "Succeed"},
        "No": {"Type": "Fail", "Error": "InputError", "Cause": "asked for"},
    },
}


@pytest.fixture
def history(settings: Settings) -> Iterator[StepFunctionsHistory]:
    """A machine of this test's own."""
    role = "arn:aws:iam::111122223333:role/test"
    made = client("stepfunctions").create_state_machine(
        name=f"test-{uuid4().hex[:8]}", definition=json.dumps(DEFINITION), roleArn=role
    )
    yield StepFunctionsHistory({Machine.DETECTION: made["stateMachineArn"]})
    client("stepfunctions").delete_state_machine(stateMachineArn=made["stateMachineArn"])


def start(history: StepFunctionsHistory, name: str, **given: Any) -> None:
    given = {"fail": False, **given}
    client("stepfunctions").start_execution(
        stateMachineArn=history.machines[Machine.DETECTION], name=name, input=json.dumps(given)
    )
    until(lambda: history.find(Machine.DETECTION, name).stopped_at)


def test_pages_follow_each_other_newest_first(history: StepFunctionsHistory) -> None:
    names = [f"one-{number}" for number in range(7)]
    for name in names:
        start(history, name)
    found, token = [], None
    while True:
        page = history.page(Machine.DETECTION, None, 3, token)
        assert len(page.executions) <= 3
        found += [one.name for one in page.executions]
        if (token := page.token) is None:
            break
    assert found == names[::-1]


def test_a_status_filters(history: StepFunctionsHistory) -> None:
    start(history, "good")
    start(history, "bad", fail=True)
    assert [one.name for one in history.page(Machine.DETECTION, "FAILED", 10, None).executions] == ["bad"]


def test_everything_about_one(history: StepFunctionsHistory) -> None:
    start(history, "good", camera="gate")
    found = history.read(Machine.DETECTION, "good")
    assert json.loads(found.input) == {"fail": False, "camera": "gate"}
    assert json.loads(found.output or "") == {"done": True}
    assert (found.definition["StartAt"], found.complete, found.error) == ("Route", True, None)
    assert [(visit.state, visit.status) for visit in visits(found.events, over=True)] == [
        ("Route", VisitStatus.SUCCEEDED),
        ("Go", VisitStatus.SUCCEEDED),
        ("Yes", VisitStatus.SUCCEEDED),
    ]


def test_one_that_failed_says_why(history: StepFunctionsHistory) -> None:
    start(history, "bad", fail=True)
    found = history.read(Machine.DETECTION, "bad")
    assert (found.error, found.cause, found.execution.status) == ("InputError", "asked for", "FAILED")


def test_a_long_history_is_cut_and_says_so(history: StepFunctionsHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    start(history, "good")
    monkeypatch.setattr("homeward.adapters.executions.MAX_EVENTS", 3)
    found = history.read(Machine.DETECTION, "good")
    assert (len(found.events), found.complete) == (3, False)
    assert executions.MAX_EVENTS > 3


@pytest.mark.parametrize("name", ["nothing", "x" * 80])
def test_an_unknown_one(history: StepFunctionsHistory, name: str) -> None:
    for ask in (history.find, history.read):
        with pytest.raises(NotFoundError, match="knows no execution"):
            ask(Machine.DETECTION, name)


def test_a_token_that_is_none(history: StepFunctionsHistory) -> None:
    with pytest.raises(InputError, match="begin at its start"):
        history.page(Machine.DETECTION, None, 3, "nonsense")
