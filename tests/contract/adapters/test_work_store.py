"""Detections as pieces of work: which are unfinished, beginning again, giving up. On real tables, and in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.detections import UNFINISHED, Detection, DetectionState, Outcome
from homeward.domain.errors import ConflictError, NotFoundError
from homeward.domain.redrive import MAX_REDRIVES
from tests.contract.adapters.conftest import Stores
from tests.factories import detection

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def about(subject: str, at: datetime = NOW) -> AuditEvent:
    return audit_event(at, "test", "test", subject, "x")


class Desk:
    """The two views of the detections table, and short ways to use them."""

    def __init__(self, stores: Stores) -> None:
        self.detections, self.work, self.audit = stores.detections, stores.work, stores.audit

    def received(self, at: datetime = NOW) -> Detection:
        found = detection(shot=uuid4().hex[:12])
        assert self.detections.receive(found, about(f"detection:{found.detection_id}", at))
        return found

    def move(self, found: Detection, to: DetectionState, end: Outcome | None = None, at: datetime = NOW) -> None:
        event = about(f"detection:{found.detection_id}", at)
        self.detections.advance(found.detection_id, UNFINISHED, to, {"failure": {"error": "BoomError"}}, event, end)

    def listed(self, found: Detection, before: datetime = LATER) -> list[str]:
        """The states under which the index has a detection."""
        states = (*UNFINISHED, DetectionState.FINISHED, Outcome.FAILED)
        return [s.value for s in states if found.detection_id in self.work.unfinished([s], before, 1000)]


@pytest.fixture
def desk(stores: Stores) -> Desk:
    return Desk(stores)


def test_the_index_follows_a_detection_until_it_has_ended(desk: Desk) -> None:
    found = desk.received()
    assert desk.listed(found) == ["RECEIVED"]
    assert desk.listed(found, before=NOW) == []
    for state in UNFINISHED[1:]:
        desk.move(found, state)
        assert desk.listed(found) == [state]
    desk.move(found, DetectionState.FINISHED, Outcome.ALERTED)
    assert desk.listed(found) == []
    assert desk.work.get(found.detection_id).moved_at is None


def test_the_longest_waiting_come_first_and_no_more_than_asked_for(desk: Desk) -> None:
    long_ago = NOW - timedelta(days=3)
    found = [desk.received(long_ago + timedelta(seconds=n)) for n in (2, 0, 1)]
    first = desk.work.unfinished(["RECEIVED"], long_ago + timedelta(minutes=1), 2)
    assert first == [found[1].detection_id, found[2].detection_id]


def test_a_failed_one_begins_again_with_its_input_and_an_event(desk: Desk) -> None:
    found = desk.received()
    desk.move(found, DetectionState.FINISHED, Outcome.FAILED)
    assert desk.listed(found) == ["FAILED"]
    work = desk.work.get(found.detection_id)
    assert (work.failed, work.problem, work.payload) == (True, "BoomError", found.to_json())
    desk.work.begin_again(work, MAX_REDRIVES, about(f"detection:{found.detection_id}", LATER))
    again = desk.work.get(found.detection_id)
    assert (again.state, again.outcome, again.redrives, again.moved_at) == ("RECEIVED", None, 1, LATER)
    assert again.execution == f"{found.detection_id}-r1"
    assert len(desk.audit.story(f"detection:{found.detection_id}")) == 3
    desk.move(found, DetectionState.SEARCHED)
    assert desk.work.get(found.detection_id).redrives == 1


def test_one_that_moved_in_between_is_left_alone(desk: Desk) -> None:
    found = desk.received()
    seen = desk.work.get(found.detection_id)
    desk.move(found, DetectionState.SEARCHED, at=LATER)
    for attempt in (
        lambda event: desk.work.begin_again(seen, MAX_REDRIVES, event),
        lambda event: desk.work.give_up(seen, {}, event),
    ):
        with pytest.raises(ConflictError):
            attempt(about("x"))
    assert desk.listed(found, LATER + timedelta(minutes=1)) == ["SEARCHED"]


def test_one_that_is_given_up_leaves_the_index_and_may_come_back_by_a_person(desk: Desk) -> None:
    found = desk.received()
    desk.work.give_up(desk.work.get(found.detection_id), {"error": "BoomError", "execution": "e"}, about("x"))
    assert desk.listed(found) == []
    row = desk.detections.get(found.detection_id)
    assert (row["state"], row["outcome"], row["gave_up"]["letter"]["execution"]) == ("FINISHED", "FAILED", "e")
    work = desk.work.get(found.detection_id)
    assert (work.given_up, work.moved_at) == (True, None)
    desk.work.begin_again(work, 2 * MAX_REDRIVES, about("x"))
    assert (desk.listed(found), desk.work.get(found.detection_id).allowed) == (["RECEIVED"], 2 * MAX_REDRIVES)
    with pytest.raises(ConflictError):
        desk.work.begin_again(work, 2 * MAX_REDRIVES, about("x"))


def test_an_unknown_one_is_an_error(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.work.get("nobody")
