"""Publish Alert and its receipts: one message, whatever is lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from homeward.domain.alerts import RetractionReason
from homeward.domain.cases import CaseStatus
from homeward.domain.claims import SETTLE, SlotState
from homeward.domain.errors import (
    ClaimLostError,
    NotFoundError,
    PublishError,
    ServiceUnavailableError,
    ThrottledError,
)
from tests.factories import case, case_key
from tests.factories.desk import Desk

LOST = ServiceUnavailableError("no answer")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def event(desk: Desk) -> dict[str, Any]:
    event = desk.assessed()
    desk.reserve(event)
    return event


def test_an_alert_is_published_and_marked(desk: Desk, event: dict[str, Any]) -> None:
    answer = desk.publish({**event, "confirmed_by": 2})
    assert answer == {"message_id": "message-1"}
    assert json.loads(desk.topic.sent[0][1]["default"])["confirmed_by"] == 2
    assert desk.mark_sent({**event, **answer}) == {"outcome": "ALERTED"}
    assert desk.end(event) == ("FINISHED", "ALERTED")
    assert (desk.row(event)["message_id"], desk.row(event)["kept_because"]) == ("message-1", "ALERTED")
    assert (desk.slots.current.state, desk.slots.current.attempt_at) == (SlotState.SENT, None)
    told = [("reserve_alert", "RESERVED"), ("publish_alert", "BEGUN"), ("publish_alert", "ALERTED")]
    assert desk.story(event) == told


def test_what_is_sent_is_not_published_again(desk: Desk, event: dict[str, Any]) -> None:
    answer = desk.publish(event)
    for _ in range(2):
        assert desk.mark_sent({**event, **answer}) == {"outcome": "ALERTED"}
    assert desk.publish(event) == answer
    assert len(desk.topic.sent) == 1
    assert [said for said in desk.story(event) if said[1] == "ALERTED"] == [("publish_alert", "ALERTED")]


@pytest.mark.parametrize("went_out", [True, False])
def test_a_lost_answer_is_settled_before_anything_else_goes_out(
    desk: Desk, event: dict[str, Any], went_out: bool
) -> None:
    desk.topic.fails = [(LOST, went_out)]
    for seconds in (0, 1, SETTLE.total_seconds() - 1.001):
        desk.wait(seconds=seconds)
        with pytest.raises(ServiceUnavailableError):
            desk.publish(event)
    assert len(desk.topic.sent) == went_out
    if went_out:
        assert desk.confirm(desk.topic.receipt)["receipts"][0]["found"] == "NOW"
        assert desk.end(event) == ("FINISHED", "ALERTED")
    desk.wait(seconds=1)
    assert desk.publish(event) == {"message_id": "message-1"}
    assert len(desk.topic.sent) == 1


@pytest.mark.parametrize("refusal", [ThrottledError("slower"), PublishError("no")])
def test_what_was_certainly_not_published_may_be_tried_at_once(
    desk: Desk, event: dict[str, Any], refusal: Exception
) -> None:
    desk.topic.fails = [(refusal, False)]
    with pytest.raises(type(refusal)):
        desk.publish(event)
    assert desk.publish(event) == {"message_id": "message-1"}
    assert ("publish_alert", "NOT_PUBLISHED") in desk.story(event)


def test_a_failure_before_publishing_is_no_reason_to_wait(
    desk: Desk, event: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise LOST

    with monkeypatch.context() as tables:
        tables.setattr(desk.alerts, "write", away)
        with pytest.raises(ThrottledError, match="nothing is published yet"):
            desk.publish(event)
    assert desk.publish(event) == {"message_id": "message-1"}


def test_a_lost_claim_publishes_nothing(desk: Desk, event: dict[str, Any]) -> None:
    desk.wait(seconds=901)
    other = desk.assessed("2")
    assert desk.reserve(other)["outcome"] == "RESERVED"
    for step in (desk.publish, desk.mark_sent):
        with pytest.raises(ClaimLostError):
            step({**event, "message_id": "m"})
    assert desk.release({**event, "outcome": "DUPLICATE"})["outcome"] == "DUPLICATE"
    assert desk.end(event) == ("FINISHED", "DUPLICATE")
    assert desk.history(event)["of"] == desk.id(other)
    assert desk.topic.sent == []


def test_an_escalation_of_a_retracted_alert_is_not_published(desk: Desk, event: dict[str, Any]) -> None:
    desk.mark_sent({**event, **desk.publish(event)})
    clearer = desk.assessed("2", best={"case": "namus:MP:51557", "similarity": 99.5})
    assert desk.reserve(clearer)["outcome"] == "RESERVED"
    desk.retract(desk.id(event), RetractionReason.WRONG_PERSON, "person:Alex Example")
    with pytest.raises(ClaimLostError):
        desk.publish(clearer)
    assert desk.release({**clearer, "outcome": "DUPLICATE"})["outcome"] == "SUPPRESSED"
    assert [attributes["kind"] for _, _, attributes in desk.topic.sent] == ["ALERT", "RETRACTION"]


def test_nothing_goes_out_unasked_after_a_no_to_an_older_alert(desk: Desk, event: dict[str, Any]) -> None:
    desk.mark_sent({**event, **desk.publish(event)})
    desk.wait(days=1)
    sure, asked = desk.assessed("2"), desk.assessed("3")
    assert desk.reserve(sure)["outcome"] == "RESERVED"
    desk.retract(desk.id(event), RetractionReason.WRONG_PERSON, "person:Alex Example")
    with pytest.raises(ClaimLostError):
        desk.publish(sure)
    assert desk.release({**sure, "outcome": "DUPLICATE"})["outcome"] == "SUPPRESSED"
    assert desk.reserve(asked)["outcome"] == "SUPPRESSED"
    clearer = desk.assessed("4", best={"case": "namus:MP:51557", "similarity": 99.5})
    assert desk.reserve(clearer)["ask"] is True
    assert desk.publish({**clearer, "confirmed_by": 1}) == {"message_id": "message-3"}


def test_nothing_goes_out_about_a_case_that_was_closed_meanwhile(desk: Desk, event: dict[str, Any]) -> None:
    desk.cases.held[case_key()] = case(status=CaseStatus.CLOSED)
    for _ in range(2):
        with pytest.raises(ClaimLostError, match="CASE_CLOSED"):
            desk.publish({**event, "confirmed_by": 2})
    assert desk.release({**event, "outcome": "DUPLICATE"})["outcome"] == "SUPPRESSED"
    assert desk.topic.sent == []
    assert ("publish_alert", "REFUSED") in desk.story(event)


def test_a_case_that_is_gone_is_no_alert(desk: Desk, event: dict[str, Any]) -> None:
    desk.cases.held.clear()
    with pytest.raises(NotFoundError):
        desk.publish(event)
    assert desk.slots.current.attempt_at is None


# ------------------------------------------------------------------------------------ receipts


def test_a_receipt_comes_before_or_after_the_answer_or_twice(desk: Desk, event: dict[str, Any]) -> None:
    answer = desk.publish(event)
    found = [desk.confirm(desk.topic.receipt)["receipts"][0]["found"] for _ in range(2)]
    assert found == ["NOW", "BEFORE"]
    assert desk.mark_sent({**event, **answer}) == {"outcome": "ALERTED"}
    assert [said for said in desk.story(event) if said[1] == "ALERTED"] == [("publish_alert", "ALERTED")]


def test_a_receipt_mends_a_failed_detection(desk: Desk, event: dict[str, Any]) -> None:
    desk.topic.fails = [(LOST, True)]
    with pytest.raises(ServiceUnavailableError):
        desk.publish(event)
    assert desk.release({**event, "outcome": "FAILED"})["outcome"] == "FAILED"
    assert desk.reserve(desk.assessed("2"))["outcome"] == "DUPLICATE"  # ours may have gone out
    desk.tables.detections.update(desk.id(event), {"state": "FINISHED", "outcome": "FAILED"})
    desk.confirm(desk.topic.receipt)
    assert desk.end(event) == ("FINISHED", "ALERTED")
    assert desk.slots.current.state is SlotState.SENT


def test_a_receipt_ends_a_detection_that_is_being_done_again(desk: Desk, event: dict[str, Any]) -> None:
    desk.topic.fails = [(LOST, True)]
    with pytest.raises(ServiceUnavailableError):
        desk.publish(event)
    desk.release({**event, "outcome": "FAILED"})
    desk.failed(event)
    desk.confirm(desk.topic.receipt)
    assert desk.end(event) == ("FINISHED", "ALERTED")
    desk.wait(days=1)
    assert desk.reserve(event)["outcome"] == "ALERTED"
    assert len(desk.topic.sent) == 1


def test_a_receipt_for_a_claim_that_is_lost_shows_in_the_trail(desk: Desk, event: dict[str, Any]) -> None:
    desk.publish(event)
    desk.wait(seconds=901)
    desk.reserve(desk.assessed("2"))
    assert desk.confirm(desk.topic.receipt)["receipts"][0]["found"] == "UNCLAIMED"
    assert desk.story(event)[-1] == ("confirm_alert", "UNCLAIMED")


def test_a_second_message_shows_in_the_trail(desk: Desk, event: dict[str, Any]) -> None:
    desk.mark_sent({**event, **desk.publish(event)})
    receipt = desk.topic.receipt
    receipt["Records"][0]["Sns"]["MessageId"] = "another"
    assert desk.confirm(receipt)["receipts"][0]["found"] == "TWICE"
    assert desk.story(event)[-1] == ("confirm_alert", "TWICE")
    assert desk.row(event)["message_id"] == "message-1"


@pytest.mark.parametrize("message", ["hello", "{}", '{"kind": "ALERT"}', "[]", '{"kind": "ALERT", "alert_id": 1}'])
def test_what_is_no_receipt_is_left_alone(desk: Desk, message: str) -> None:
    receipt = {"Records": [{"Sns": {"MessageId": "m", "Message": message}}]}
    assert desk.confirm(receipt)["receipts"] == [{"detection_id": None, "message_id": "m", "found": "UNKNOWN"}]


def test_a_receipt_of_nobody_is_no_error(desk: Desk, event: dict[str, Any]) -> None:
    desk.publish(event)
    receipt = desk.topic.receipt
    told = {**json.loads(receipt["Records"][0]["Sns"]["Message"]), "alert_id": "nobody"}
    receipt["Records"][0]["Sns"]["Message"] = json.dumps(told)
    assert desk.confirm(receipt)["receipts"][0]["found"] == "UNKNOWN"
    retraction = json.dumps({**told, "kind": "RETRACTION"})
    receipt["Records"][0]["Sns"]["Message"] = retraction
    assert desk.confirm(receipt)["receipts"][0]["found"] == "RETRACTION"
