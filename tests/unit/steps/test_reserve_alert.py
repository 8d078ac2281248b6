"""Reserve Alert: what the rules answer, written down, and the same when it is tried again."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.domain.detections import iso
from homeward.domain.errors import ThrottledError
from tests.factories.desk import Desk


def test_a_claim_is_reserved_and_again() -> None:
    desk = Desk()
    event = desk.assessed()
    for _ in range(2):
        assert desk.reserve(event) == {"outcome": "RESERVED", "ask": False, "expires_at": None}
    assert desk.end(event) == ("RESERVED", None)
    assert (desk.history(event)["state"], desk.history(event)["kind"]) == ("PENDING", "ALERT")


def test_a_question_has_a_time_limit() -> None:
    desk = Desk()
    event = desk.assessed(verdict="REVIEW")
    answer = desk.reserve(event)
    desk.wait(seconds=600)
    assert answer == {"outcome": "RESERVED", "ask": True, "expires_at": iso(desk.now)}


def test_a_repeat_is_counted_and_shown() -> None:
    desk = Desk()
    first, second = desk.sent("1"), desk.assessed("2")
    for _ in range(2):  # the answer to the first try may have been lost
        assert desk.reserve(second)["outcome"] == "DUPLICATE"
    assert desk.end(second) == ("FINISHED", "DUPLICATE")
    assert (desk.history(second)["state"], desk.history(second)["of"]) == ("DUPLICATE", desk.id(first))
    assert desk.row(second)["kept_because"] == "DUPLICATE"
    assert [said for said in desk.story(second) if said[0] == "reserve_alert"] == [("reserve_alert", "DUPLICATE")]


def test_a_rejected_pair_is_not_asked_again_and_its_crop_goes() -> None:
    desk = Desk()
    first, second = desk.assessed("1", verdict="REVIEW"), desk.assessed("2", verdict="REVIEW")
    desk.reserve(first)
    desk.release({**first, "outcome": "REJECTED"})
    assert desk.reserve(second)["outcome"] == "SUPPRESSED"
    assert desk.end(second) == ("FINISHED", "SUPPRESSED")
    assert len(desk.pictures.deleted) == 2


def test_a_call_that_comes_after_the_failure_leaves_the_crop_for_the_next_try() -> None:
    desk = Desk()
    event = desk.assessed()
    desk.tables.detections.update(desk.id(event), {"state": "FINISHED", "outcome": "FAILED"})
    assert desk.reserve(event)["outcome"] == "FAILED"
    assert desk.pictures.deleted == []


def test_a_clearer_sighting_escalates() -> None:
    desk = Desk()
    first = desk.sent("1")
    clearer = desk.sent("2", best={"case": "namus:MP:51557", "similarity": 99.0})
    assert (desk.history(clearer)["kind"], desk.history(clearer)["of"]) == ("ESCALATION", desk.id(first))
    assert [attributes["kind"] for _, _, attributes in desk.topic.sent] == ["ALERT", "ESCALATION"]
    assert "already sent" in desk.topic.sent[1][1]["sms"]


def test_somebody_else_wrote_the_slot_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    event, other, write = desk.assessed("1"), desk.assessed("2"), desk.alerts.write

    def overtaken(*change: Any) -> None:
        monkeypatch.undo()
        desk.reserve(other)
        write(*change)

    monkeypatch.setattr(desk.alerts, "write", overtaken)
    assert desk.reserve(event)["outcome"] == "DUPLICATE"
    assert desk.slots.current.holder == desk.id(other)


def test_a_slot_that_never_rests_is_a_reason_to_try_later(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    event, stale = desk.assessed(), desk.slots
    desk.reserve(desk.assessed("2"))
    monkeypatch.setattr(desk.alerts, "slots", lambda *_: stale)
    with pytest.raises(ThrottledError):
        desk.reserve(event)


def test_a_try_whose_answer_was_lost_may_find_itself_overtaken() -> None:
    desk = Desk()
    question, sure = desk.assessed("1", verdict="REVIEW"), desk.assessed("2")
    desk.reserve(question)
    desk.reserve(sure)
    assert desk.reserve(question)["outcome"] == "DUPLICATE"
    assert desk.end(question) == ("FINISHED", "DUPLICATE")
