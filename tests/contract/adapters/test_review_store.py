"""Questions to people: asked again without losing answers, answered once, closed when the time is up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.detections import Detection, DetectionState, Outcome, iso
from homeward.domain.errors import ConflictError, NotFoundError
from homeward.domain.ports import LookAlike
from homeward.domain.reviews import ReviewAnswer, ReviewVerdict
from tests.factories import case_key, detection

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)
YES = ReviewAnswer(ReviewVerdict.CONFIRMED, "Alex Example", "the ear", iso(NOW))
TOO = ReviewAnswer(ReviewVerdict.CONFIRMED, "Robin Example", "", iso(NOW))


def event(found: Detection, outcome: str = "x") -> AuditEvent:
    return audit_event(NOW, "test", "test", f"detection:{found.detection_id}", outcome, case=str(case_key()))


class Desk:
    """The stores under test, and one detection whose alert is reserved."""

    def __init__(self, stores: Any) -> None:
        self.reviews, self.detections, self.audit = stores.reviews, stores.detections, stores.audit
        self.found = detection(shot=uuid4().hex[:12])
        self.id = self.found.detection_id
        self.detections.receive(self.found, event(self.found))
        self.detections.advance(
            self.id, [DetectionState.RECEIVED], DetectionState.RESERVED, {}, event(self.found, "RESERVED")
        )

    def open(self, asked_as: str = "token-1", until: datetime = SOON, reviewers: int = 2) -> None:
        self.reviews.open(self.id, asked_as, {"decision": {"x": 1.5}}, reviewers, until, event(self.found, "OPEN"))

    def answer(self, *answers: ReviewAnswer, verdict: ReviewVerdict | None = None, now: datetime = NOW) -> None:
        self.reviews.answer(self.id, answers, verdict, now, event(self.found, "ANSWERED"))

    @property
    def review(self) -> dict[str, Any]:
        return dict(self.reviews.get(self.id))

    @property
    def is_listed(self) -> bool:
        return self.id in [review["detection_id"] for review in self.reviews.list_open()]


@pytest.fixture
def desk(stores: Any) -> Desk:
    return Desk(stores)


def test_a_question_is_asked_and_moves_its_detection(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.reviews.get(desk.id)
    desk.open()
    review = desk.review
    assert (review["state"], review["token"], review["reviewers"]) == ("OPEN", "token-1", 2)
    assert (review["answers"], review["verdict"], review["expires_at"]) == ([], None, iso(SOON))
    assert (review["case"], review["question"]) == (str(case_key()), {"decision": {"x": 1.5}})
    assert desk.detections.get(desk.id)["state"] == "IN_REVIEW"
    assert desk.is_listed


def test_open_questions_are_listed_by_their_end(stores: Any) -> None:
    late, soon = Desk(stores), Desk(stores)
    late.open(until=SOON + timedelta(hours=1))
    soon.open()
    order = [review["detection_id"] for review in late.reviews.list_open()]
    assert order.index(soon.id) < order.index(late.id)
    assert late.reviews.list_open(1) == late.reviews.list_open()[:1]
    assert late.reviews.count_open() == len(order) >= 2


def test_asking_again_keeps_the_answers_and_takes_the_new_token(desk: Desk) -> None:
    desk.open()
    desk.answer(YES)
    desk.open("token-2", until=SOON + timedelta(hours=1))
    review = desk.review
    assert (review["token"], len(review["answers"]), review["state"]) == ("token-2", 1, "OPEN")
    assert review["answers"][0]["note"] == "the ear"


def test_a_second_person_decides(desk: Desk) -> None:
    desk.open()
    desk.answer(YES)
    assert (desk.review["state"], desk.review["verdict"], desk.is_listed) == ("OPEN", None, True)
    desk.answer(YES, TOO, verdict=ReviewVerdict.CONFIRMED)
    assert (desk.review["state"], desk.review["verdict"], desk.is_listed) == ("DECIDED", "CONFIRMED", False)
    assert [answer["reviewer"] for answer in desk.review["answers"]] == ["Alex Example", "Robin Example"]


def test_two_who_answer_at_once_do_not_overwrite_each_other(desk: Desk) -> None:
    desk.open()
    desk.answer(YES)
    with pytest.raises(ConflictError):
        desk.answer(TOO)
    with pytest.raises(ConflictError):
        desk.answer(TOO, verdict=ReviewVerdict.CONFIRMED)
    assert [answer["reviewer"] for answer in desk.review["answers"]] == ["Alex Example"]


def test_after_the_decision_nothing_is_asked_or_answered(desk: Desk) -> None:
    desk.open(reviewers=1)
    desk.answer(YES, verdict=ReviewVerdict.CONFIRMED)
    with pytest.raises(ConflictError):
        desk.open("token-2")
    with pytest.raises(ConflictError):
        desk.answer(YES, TOO, verdict=ReviewVerdict.CONFIRMED)
    with pytest.raises(ConflictError):
        desk.reviews.expire(desk.id, event(desk.found))
    assert desk.review["token"] == "token-1"


def test_a_decided_question_may_wait_again(desk: Desk) -> None:
    desk.open(reviewers=1)
    with pytest.raises(ConflictError):
        desk.reviews.reopen(desk.id, "token-2", event(desk.found))
    desk.answer(YES, verdict=ReviewVerdict.CONFIRMED)
    desk.reviews.reopen(desk.id, "token-2", event(desk.found))
    assert (desk.review["token"], desk.review["state"], desk.is_listed) == ("token-2", "DECIDED", False)


@pytest.mark.parametrize("seconds", [0, 1])
def test_late_answers_do_not_count(desk: Desk, seconds: int) -> None:
    desk.open()
    with pytest.raises(ConflictError):
        desk.answer(YES, now=SOON + timedelta(seconds=seconds))
    desk.answer(YES, now=SOON - timedelta(seconds=1))


def test_a_question_that_ran_out_is_closed_and_may_be_asked_again(desk: Desk) -> None:
    desk.open()
    desk.reviews.expire(desk.id, event(desk.found, "REVIEW_EXPIRED"))
    assert (desk.review["state"], desk.is_listed) == ("EXPIRED", False)
    with pytest.raises(ConflictError):
        desk.answer(YES)
    with pytest.raises(ConflictError):
        desk.reviews.expire(desk.id, event(desk.found))
    desk.open("token-2")
    assert (desk.review["state"], desk.is_listed) == ("OPEN", True)


def test_a_question_of_a_detection_that_has_ended_is_not_asked(desk: Desk) -> None:
    finished = DetectionState.FINISHED
    desk.detections.advance(desk.id, [DetectionState.RESERVED], finished, {}, event(desk.found), Outcome.ALERTED)
    with pytest.raises(ConflictError):
        desk.open()
    with pytest.raises(NotFoundError):
        desk.reviews.get(desk.id)
    assert "OPEN" not in [one.outcome for one in desk.audit.story(f"detection:{desk.id}")]


def test_look_alikes_are_found_from_either_side(stores: Any) -> None:
    one, two, three = (case_key(int(uuid4().int % 10**9)) for _ in range(3))
    for other in (two, three, two):
        told = [
            audit_event(NOW, "test", "mark_look_alike", f"case:{key}", "MARKED", case=str(key)) for key in (one, other)
        ]
        stores.look_alikes.mark(LookAlike(one, other, "Alex Example", "same brow", NOW), told)
    assert stores.look_alikes.of(one) == {two, three}
    assert stores.look_alikes.of(two) == {one}
    assert len(stores.audit.story(f"case:{two}")) == 2
    assert stores.look_alikes.of(case_key(1)) == frozenset()
    assert {frozenset(pair) for pair in stores.look_alikes.pairs()} >= {frozenset({one, two}), frozenset({one, three})}
    assert all(pair[0] < pair[1] for pair in stores.look_alikes.pairs())
