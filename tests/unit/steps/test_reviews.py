"""A question to people from beginning to end: Request Review, Answer Review, Release Alert."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.domain.claims import SlotState
from homeward.domain.errors import InputError, ReviewClosedError, ReviewExpiredError
from homeward.domain.reviews import ReviewVerdict
from tests.factories.desk import Desk

YES, NO = ReviewVerdict.CONFIRMED, ReviewVerdict.REJECTED


@pytest.fixture
def desk() -> Desk:
    return Desk()


def asked(desk: Desk, reviewers: int = 1) -> dict[str, Any]:
    """A detection whose question waits under the token `t1`."""
    event = desk.assessed(verdict="REVIEW", reviewers=reviewers)
    event |= desk.reserve(event)
    desk.request_review({**event, "token": "t1"})
    return event


def test_one_person_decides(desk: Desk) -> None:
    event = asked(desk)
    assert desk.end(event) == ("IN_REVIEW", None)
    assert desk.answer(desk.id(event), YES, "Alex Example") is YES
    assert desk.machines.told == [("t1", {"verdict": "CONFIRMED", "confirmed_by": 1})]
    desk.mark_sent({**event, **desk.publish({**event, "confirmed_by": 1})})
    assert desk.end(event) == ("FINISHED", "ALERTED")


def test_two_people_decide_and_they_are_two(desk: Desk) -> None:
    event = asked(desk, reviewers=2)
    assert desk.answer(desk.id(event), YES, "Alex Example") is None
    assert desk.machines.told == []
    with pytest.raises(InputError, match="answered already"):
        desk.answer(desk.id(event), YES, "alex example")
    assert desk.answer(desk.id(event), YES, "Robin Example") is YES
    assert desk.machines.told == [("t1", {"verdict": "CONFIRMED", "confirmed_by": 2})]


def test_two_who_disagree_have_told_nothing(desk: Desk) -> None:
    event = asked(desk, reviewers=2)
    desk.answer(desk.id(event), YES, "Alex Example")
    assert desk.answer(desk.id(event), NO, "Robin Example") is ReviewVerdict.INCONCLUSIVE


def test_saying_the_same_again_hands_it_over_again(desk: Desk) -> None:
    event = asked(desk)
    for _ in range(2):
        desk.answer(desk.id(event), NO, "Alex Example")
    assert len(desk.machines.told) == 2
    with pytest.raises(ReviewClosedError, match="answered already: REJECTED"):
        desk.answer(desk.id(event), YES, "Alex Example")
    with pytest.raises(ReviewClosedError, match="answered already: REJECTED"):
        desk.answer(desk.id(event), NO, "Robin Example")


def test_a_late_answer_is_told_so(desk: Desk) -> None:
    event = asked(desk)
    desk.wait(seconds=600)
    with pytest.raises(ReviewClosedError, match="ran out"):
        desk.answer(desk.id(event), YES, "Alex Example")


@pytest.mark.parametrize(("name", "note"), [(" ", ""), ("Alex Example", "x" * 1001)])
def test_an_answer_has_a_name_and_a_short_note(desk: Desk, name: str, note: str) -> None:
    with pytest.raises(InputError):
        desk.answer(desk.id(asked(desk)), YES, name, note)


def test_an_answer_nobody_waits_for_is_kept_and_found(desk: Desk) -> None:
    event = asked(desk)
    desk.machines.fails = ReviewClosedError("nobody waits")
    with pytest.raises(ReviewClosedError, match="is recorded"):
        desk.answer(desk.id(event), YES, "Alex Example")
    desk.machines.fails = None
    desk.wait(days=1)  # also when the time is up: it was answered in time
    desk.request_review({**event, "token": "t2"})
    assert desk.machines.told == [("t2", {"verdict": "CONFIRMED", "confirmed_by": 1})]
    assert desk.end(event) == ("IN_REVIEW", None)


def test_asking_again_goes_on_with_the_same_limit(desk: Desk) -> None:
    event = asked(desk, reviewers=2)
    desk.answer(desk.id(event), YES, "Alex Example")
    desk.wait(seconds=599)
    desk.request_review({**event, "token": "t2"})
    assert desk.answer(desk.id(event), YES, "Robin Example") is YES
    assert desk.machines.told[-1][0] == "t2"


def test_nobody_is_asked_after_the_limit(desk: Desk) -> None:
    event = asked(desk)
    desk.wait(seconds=600)
    with pytest.raises(ReviewExpiredError):
        desk.request_review({**event, "token": "t2"})


# ------------------------------------------------------------------------------------ giving the claim back


@pytest.mark.parametrize(
    ("outcome", "state", "deleted"),
    [
        ("REJECTED", SlotState.REJECTED, True),
        ("INCONCLUSIVE", SlotState.RELEASED, True),
        ("REVIEW_EXPIRED", SlotState.RELEASED, True),
    ],
)
def test_a_question_that_led_nowhere(desk: Desk, outcome: str, state: SlotState, deleted: bool) -> None:
    event = asked(desk)
    for _ in range(2):
        assert desk.release({**event, "outcome": outcome})["outcome"] == outcome
    assert desk.end(event) == ("FINISHED", outcome)
    assert desk.slots.current.state is state
    assert bool(desk.pictures.deleted) is deleted
    assert [said for said in desk.story(event) if said[0] == "release_alert"] == [("release_alert", outcome)]


def test_the_question_is_closed_with_its_time(desk: Desk) -> None:
    event = asked(desk)
    desk.release({**event, "outcome": "REVIEW_EXPIRED"})
    assert desk.reviews.list_open() == []
    with pytest.raises(ReviewClosedError):
        desk.answer(desk.id(event), YES, "Alex Example")


@pytest.mark.parametrize(("verdict", "outcome", "people"), [(YES, "RESERVED", 1), (NO, "REJECTED", 0)])
def test_an_answer_of_the_last_moment_counts(desk: Desk, verdict: ReviewVerdict, outcome: str, people: int) -> None:
    event = asked(desk)
    desk.wait(seconds=599)
    desk.answer(desk.id(event), verdict, "Alex Example")  # and the execution had stopped waiting
    answer = desk.release({**event, "outcome": "REVIEW_EXPIRED"})
    assert answer == {"outcome": outcome, "ask": False, "confirmed_by": people}
    assert desk.end(event) == (("IN_REVIEW", None) if verdict is YES else ("FINISHED", "REJECTED"))


def test_a_failure_gives_the_claim_back_and_leaves_the_rest_to_record_failure(desk: Desk) -> None:
    event = desk.assessed()
    desk.reserve(event)
    for _ in range(2):
        assert desk.release({**event, "outcome": "FAILED"})["outcome"] == "FAILED"
    assert desk.end(event) == ("RESERVED", None)
    assert desk.pictures.deleted == []
    assert desk.reserve(desk.assessed("2"))["outcome"] == "RESERVED"


def test_an_answer_after_an_alert_took_the_claim_is_a_duplicate(desk: Desk) -> None:
    event = asked(desk)
    sure = desk.sent("2")
    desk.answer(desk.id(event), NO, "Alex Example")
    assert desk.release({**event, "outcome": "REJECTED"})["outcome"] == "DUPLICATE"
    assert desk.history(event)["of"] == desk.id(sure)
    assert desk.slots.current.state is SlotState.SENT


def test_what_went_out_is_alerted_whatever_was_thought(desk: Desk) -> None:
    event = desk.assessed()
    desk.reserve(event)
    desk.publish(event)
    desk.confirm(desk.topic.receipt)
    assert desk.release({**event, "outcome": "FAILED"})["outcome"] == "ALERTED"
    assert desk.end(event) == ("FINISHED", "ALERTED")
