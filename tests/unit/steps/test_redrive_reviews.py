"""Looking after questions to people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from homeward.domain.audit import AuditEvent
from homeward.domain.detections import iso
from homeward.domain.errors import ConflictError, NotFoundError
from homeward.domain.redrive import Redrive, Work
from homeward.steps.redrive_reviews import RedriveReviews
from homeward.steps.redrive_work import RedriveWork
from tests.fakes import NOW, FakeOperators, clock
from tests.fakes.redriving import FakeExecutions, FakeWork


class FakeReviews:
    """The part of ReviewStore that is used."""

    def __init__(self, **reviews: dict[str, Any]) -> None:
        self.reviews = reviews

    def list_open(self) -> list[dict[str, Any]]:
        found = [{"detection_id": name, **review} for name, review in self.reviews.items()]
        return [review for review in found if review["state"] == "OPEN"]

    def expire(self, detection_id: str, event: AuditEvent) -> None:
        if self.reviews[detection_id]["state"] != "OPEN":
            raise ConflictError(detection_id)
        self.reviews[detection_id]["state"] = "EXPIRED"

    def get(self, detection_id: str) -> dict[str, Any]:
        if detection_id not in self.reviews:
            raise NotFoundError(detection_id)
        return self.reviews[detection_id]


def review(state: str = "OPEN", minutes: int = 10, **more: Any) -> dict[str, Any]:
    return {"state": state, "token": "t", "expires_at": iso(NOW + timedelta(minutes=minutes)), "answers": [], **more}


def look(found: dict[str, Any] | None, waits: bool = True, status: str = "RUNNING") -> tuple[str, list[Any], FakeWork]:
    """Run the step on one detection in review; what it did, what the waiting task was told, and the row."""
    machines = FakeExecutions({"d": status}, waiting={"t": []} if waits else {})
    rows = FakeWork().add(Work("d", {}, "IN_REVIEW", None, NOW - timedelta(minutes=5)))
    parts = (machines, machines, "arn:machine", FakeOperators(), clock, "test")
    reviews: Any = FakeReviews(**({"d": found} if found else {}))
    redrive = RedriveWork("detection", rows, lambda detection_id: None, *parts)
    done = RedriveReviews(rows, reviews, machines, machines, redrive, clock)(10)
    assert done["problems"] == []
    (what,) = done["counts"]
    return what, machines.waiting.get("t", []), rows


def test_an_open_question_gets_a_heartbeat() -> None:
    assert look(review())[:2] == ("OPEN", ["heartbeat"])


def test_an_answer_that_was_not_handed_over_is() -> None:
    answers = [{"verdict": "CONFIRMED", "reviewer": "alex", "note": "", "at": iso(NOW)}]
    what, told, _ = look(review("DECIDED", minutes=-5, verdict="CONFIRMED", answers=answers, reviewers=1))
    assert (what, told) == ("HANDED_OVER", [{"verdict": "CONFIRMED", "confirmed_by": 1}])


def test_a_question_whose_time_ran_out_ends() -> None:
    assert look(review(minutes=0))[:2] == ("EXPIRED", ["ReviewExpiredError"])


def test_when_nobody_waits_but_the_execution_runs_it_is_left_alone() -> None:
    what, _, rows = look(review(), waits=False)
    assert (what, rows.get("d").state) == (Redrive.RUNS, "IN_REVIEW")


def test_when_its_execution_is_dead_the_detection_begins_again() -> None:
    for found in (review(), review("DECIDED", verdict="CONFIRMED"), review(minutes=-1), None):
        what, _, rows = look(found, waits=False, status="FAILED")
        assert (what, rows.get("d").state, rows.get("d").redrives) == (Redrive.RESTART, "RECEIVED", 1)


def test_a_question_whose_detection_has_ended_is_closed() -> None:
    machines, rows = FakeExecutions({}, waiting={}), FakeWork().add(Work("d", {}, "FINISHED", "DUPLICATE", None))
    parts = (machines, machines, "arn:machine", FakeOperators(), clock, "test")
    reviews: Any = FakeReviews(d=review())
    redrive = RedriveWork("detection", rows, lambda detection_id: None, *parts)
    done = RedriveReviews(rows, reviews, machines, machines, redrive, clock)(10)
    assert (done["counts"], reviews.get("d")["state"]) == ({"ENDED": 1}, "EXPIRED")
