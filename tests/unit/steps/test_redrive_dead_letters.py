"""Emptying the dead-letter queue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from homeward.domain.errors import HomewardError, InputError, ThrottledError
from homeward.domain.redrive import Redrive
from homeward.domain.runbooks import Runbook
from homeward.steps.redrive_dead_letters import RedriveDeadLetters
from homeward.steps.redrive_round import MAX_PROBLEMS
from tests.factories import detection
from tests.fakes import FakeLog, FakeOperators, clock
from tests.fakes.redriving import FakeLetters

RECEIPT = json.dumps({"Type": "Notification", "MessageId": "m", "Message": "{}"})
PICTURE = json.dumps({"source": "aws.s3", "detail": {"object": {"key": "crops/a/b.jpg"}}})
FAILURE = json.dumps({"detection": detection().to_json(), "error": "ThrottledError", "execution": "arn"})


@dataclass
class Bench:
    """The step with everything around it; `answers` and `broken` are by kind of letter."""

    letters: FakeLetters
    answers: dict[str, Any] = field(default_factory=dict)
    broken: dict[str, HomewardError] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    log: FakeLog = field(default_factory=FakeLog)
    operators: FakeOperators = field(default_factory=FakeOperators)

    def act(self, kind: str, default: Any) -> Any:
        if kind in self.broken:
            raise self.broken[kind]
        self.done.append(kind)
        return self.answers.get(kind, default)

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        self.kept[key] = body

    def __call__(self, limit: int = 100) -> dict[str, Any]:
        def confirm(event: Mapping[str, Any]) -> Any:
            return self.act("receipt", {"receipts": []})

        def start(event: Mapping[str, Any]) -> Any:
            return self.act("picture", {"started": True})

        def redrive(work_id: str) -> Any:
            assert work_id == detection().detection_id
            return self.act("failure", Redrive.RESTART)

        step: Any = RedriveDeadLetters(
            letters=self.letters,
            confirm_alert=confirm,
            start_detection=start,
            redrive={"detection": redrive},  # type: ignore[dict-item]
            objects=self,  # type: ignore[arg-type]
            bucket="cases",
            audit=self.log,
            operators=self.operators,
            clock=clock,
            actor="test",
        )
        return dict(step(limit))


def test_an_empty_queue_is_nothing() -> None:
    assert Bench(FakeLetters())() == {"counts": {}, "problems": []}


def test_receipts_come_before_pictures_before_failures() -> None:
    bench = Bench(FakeLetters().put(FAILURE, PICTURE, RECEIPT, FAILURE))
    assert bench() == {"counts": {"CONFIRMED": 1, "STARTED": 1, "RESTART": 2}, "problems": []}
    assert bench.done == ["receipt", "picture", "failure", "failure"]
    assert bench.letters.waiting == bench.letters.held == []


def test_a_receipt_that_cannot_be_dealt_with_holds_everything_back() -> None:
    bench = Bench(FakeLetters().put(FAILURE, RECEIPT, PICTURE), broken={"receipt": ThrottledError("slow down")})
    with pytest.raises(ThrottledError):
        bench()
    assert bench.done == []
    assert len(bench.letters.waiting) == 3
    assert bench.letters.held == []
    bench.broken.clear()
    bench()
    assert bench.done == ["receipt", "picture", "failure"]


@pytest.mark.parametrize("todo", Redrive)
def test_a_failure_that_is_dealt_with_or_remembered_by_its_row_leaves_the_queue(todo: Redrive) -> None:
    bench = Bench(FakeLetters().put(FAILURE), {"failure": todo})
    assert bench()["counts"] == {todo: 1}
    assert bench.letters.held == []


def test_a_refused_picture_is_dealt_with() -> None:
    bench = Bench(FakeLetters().put(PICTURE), {"picture": {"refused": "TOO_LARGE"}})
    assert bench()["counts"] == {"REFUSED": 1}
    assert bench.letters.held == []


def test_an_error_leaves_the_letter_and_names_itself() -> None:
    bench = Bench(FakeLetters().put(PICTURE, FAILURE), broken={"picture": ThrottledError("slow down")})
    assert bench() == {"counts": {"LEFT": 1, "RESTART": 1}, "problems": ["ThrottledError: slow down"]}
    assert [letter.body for letter in bench.letters.held] == [PICTURE]


def test_many_errors_end_the_round() -> None:
    bench = Bench(FakeLetters().put(*[PICTURE] * 30), broken={"picture": ThrottledError("slow down")})
    done = bench()
    assert done["counts"] == {"LEFT": 30}
    assert len(done["problems"]) == MAX_PROBLEMS


@pytest.mark.parametrize("bodies", [["hello"], [PICTURE], [FAILURE]])
def test_what_nobody_can_read_is_kept_told_and_audited(bodies: list[str]) -> None:
    unusable = {kind: InputError("not of any form") for kind in ("picture", "failure")}
    bench = Bench(FakeLetters().put(*bodies), broken=unusable)
    assert bench() == {"counts": {"PARKED": 1}, "problems": []}
    assert bench.kept == {"redrive/letters/m-0.json": bodies[0].encode()}
    assert [(event.action, event.subject) for event in bench.log.events] == [("park_letter", "letter:m-0")]
    assert bench.operators.told[0][2] is Runbook.DEAD_LETTERS
    assert bench.letters.held == []
