"""Retract Alert and Mark Look-alike: what people say after the fact."""

from __future__ import annotations

import json

import pytest

from homeward.domain.alerts import RetractionReason
from homeward.domain.claims import SlotState
from homeward.domain.errors import InputError, NotFoundError, ServiceUnavailableError
from tests.factories import case, case_key
from tests.factories.desk import Desk

WRONG, CLOSED = RetractionReason.WRONG_PERSON, RetractionReason.CASE_CLOSED


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(("reason", "state"), [(WRONG, SlotState.REJECTED), (CLOSED, SlotState.SENT)])
def test_an_alert_is_taken_back_with_one_message(desk: Desk, reason: RetractionReason, state: SlotState) -> None:
    event = desk.sent()
    desk.retract(desk.id(event), reason, "person:Alex Example")
    with pytest.raises(NotFoundError, match="retracted already"):
        desk.retract(desk.id(event), reason, "person:Alex Example")
    assert [attributes["kind"] for _, _, attributes in desk.topic.sent] == ["ALERT", "RETRACTION"]
    assert json.loads(desk.topic.sent[1][1]["default"])["retracted_because"] == reason.value
    row = desk.history(event)
    assert (row["state"], row["retracted_because"], row["retraction_id"]) == ("RETRACTED", reason.value, "message-2")
    assert desk.slots.current.state is state
    assert [said for said in desk.story(event) if said[0] == "retract_alert"] == [
        ("retract_alert", "RETRACTED"),
        ("retract_alert", "TOLD"),
    ]
    assert desk.end(event) == ("FINISHED", "ALERTED")


def test_after_the_wrong_person_the_window_stays_quiet(desk: Desk) -> None:
    desk.retract(desk.id(desk.sent("1")), WRONG, "person:Alex Example")
    assert desk.reserve(desk.assessed("2"))["outcome"] == "SUPPRESSED"
    clearer = {"case": str(case_key()), "similarity": 99.0}
    assert desk.reserve(desk.assessed("3", best=clearer)) | {"expires_at": ""} == {
        "outcome": "RESERVED",
        "ask": True,
        "expires_at": "",
    }


def test_a_message_that_did_not_go_out_is_sent_by_the_next_try(desk: Desk) -> None:
    event = desk.sent()
    desk.topic.fails = [(ServiceUnavailableError("away"), False)]
    with pytest.raises(ServiceUnavailableError):
        desk.retract(desk.id(event), WRONG, "person:Alex Example")
    assert [row["alert_id"] for row in desk.alerts.sent_of(case_key(), desk.now)] == [desk.id(event)]
    desk.retract(desk.id(event), WRONG, "person:Alex Example")
    assert len(desk.topic.sent) == 2
    assert desk.alerts.sent_of(case_key(), desk.now) == []


@pytest.mark.parametrize("told", [True, False])
def test_that_it_was_another_person_counts_also_after_another_reason(desk: Desk, told: bool) -> None:
    event = desk.sent()
    if not told:
        desk.topic.fails = [(ServiceUnavailableError("away"), False)]
        with pytest.raises(ServiceUnavailableError):
            desk.retract(desk.id(event), CLOSED, "dag:sync_namus_cases")
    else:
        desk.retract(desk.id(event), CLOSED, "dag:sync_namus_cases")
    desk.retract(desk.id(event), WRONG, "person:Alex Example")
    assert desk.slots.current.state is SlotState.REJECTED
    assert desk.history(event)["retracted_because"] == "WRONG_PERSON"
    assert len(desk.topic.sent) == 2
    for reason in (WRONG, CLOSED):
        with pytest.raises(NotFoundError, match="retracted already"):
            desk.retract(desk.id(event), reason, "person:Alex Example")


def test_a_wrong_escalation_takes_the_window_with_it(desk: Desk) -> None:
    desk.sent("1")
    clearer = desk.sent("2", best={"case": str(case_key()), "similarity": 99.0})
    desk.retract(desk.id(clearer), WRONG, "person:Alex Example")
    assert (desk.slots.current.state, desk.slots.current.rejected_similarity) == (SlotState.REJECTED, 99.0)


def test_an_old_alert_does_not_touch_the_one_after_it(desk: Desk) -> None:
    old = desk.sent("1")
    desk.wait(days=1)
    desk.sent("2")
    desk.retract(desk.id(old), WRONG, "person:Alex Example")
    assert desk.slots.current.state is SlotState.SENT


@pytest.mark.parametrize("state", ["nobody", "received", "reserved", "duplicate"])
def test_without_an_alert_there_is_nothing_to_take_back(desk: Desk, state: str) -> None:
    event = {"detection": desk.received().to_json()} if state == "received" else desk.assessed()
    if state == "reserved":
        desk.reserve(event)
    if state == "duplicate":
        desk.sent("2")
        desk.reserve(event)
    with pytest.raises(NotFoundError):
        desk.retract("nobody" if state == "nobody" else desk.id(event), CLOSED, "person:Alex Example")


def test_the_recent_alerts_of_a_closed_case_are_taken_back(desk: Desk) -> None:
    ancient = desk.sent("1")
    desk.wait(days=31)
    recent = desk.sent("2")
    assert desk.retract.retract_of(case_key(), CLOSED, "dag:sync_namus_cases") == [desk.id(recent)]
    assert desk.history(ancient)["state"] == "SENT"
    assert desk.retract.retract_of(case_key(), CLOSED, "dag:sync_namus_cases") == []


def test_two_cases_are_marked_from_both_sides(desk: Desk) -> None:
    desk.cases.held[case_key(2)] = case(2)
    desk.mark_look_alike(case_key(), case_key(2), "Alex Example", "brothers")
    assert desk.look_alikes.of(case_key(2)) == {case_key()}
    for key, other in ((case_key(), case_key(2)), (case_key(2), case_key())):
        (told,) = desk.audit.story(f"case:{key}")
        assert (told.actor, told.details) == ("person:Alex Example", {"other": str(other), "why": "brothers"})


@pytest.mark.parametrize(
    ("other", "by", "why", "error"),
    [
        (case_key(), "Alex", "same", InputError),
        (case_key(3), "Alex", "same", NotFoundError),
        (case_key(2), " ", "same", InputError),
        (case_key(2), "Alex", "", InputError),
    ],
)
def test_what_is_no_mark_is_refused(desk: Desk, other: object, by: str, why: str, error: type[Exception]) -> None:
    desk.cases.held[case_key(2)] = case(2)
    with pytest.raises(error):
        desk.mark_look_alike(case_key(), other, by, why)  # type: ignore[arg-type]
