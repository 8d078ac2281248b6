"""The slots that make alerts unique: nobody writes what somebody else changed, and a change is whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.cases import CaseKey
from homeward.domain.claims import AlertState, Slot, SlotName, Slots, SlotState
from homeward.domain.detections import Detection, DetectionState, Outcome, Verdict, day_of, iso
from homeward.domain.errors import ConflictError, TransientError
from homeward.domain.ports import AlertChange, Move
from tests.factories import case_key, detection

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
RESERVED = Move((DetectionState.ASSESSED, DetectionState.RESERVED), DetectionState.RESERVED)
ALERTED = Move((DetectionState.RESERVED,), DetectionState.FINISHED, {"message_id": "m"}, Outcome.ALERTED)
PENDING = Slot(
    SlotName.CURRENT,
    state=SlotState.PENDING,
    holder="d1",
    grade=Verdict.REVIEW,
    similarity=97.25,
    lease_until=NOW + timedelta(minutes=15),
)


class Desk:
    """The stores under test, and short ways to use them."""

    def __init__(self, stores: Any) -> None:
        self.alerts, self.detections, self.audit = stores.alerts, stores.detections, stores.audit
        self.place = f"place-{uuid4().hex[:8]}"  # slots of this test's own
        self.case: CaseKey = case_key()

    def assessed(self) -> Detection:
        found = detection(shot=uuid4().hex[:12])
        assert self.detections.receive(found, event(found))
        for source, to in (("RECEIVED", "SEARCHED"), ("SEARCHED", "ASSESSED")):
            self.detections.advance(found.detection_id, [DetectionState(source)], DetectionState(to), {}, event(found))
        return found

    def write(self, found: Detection, outcome: str = "x", **change: Any) -> None:
        self.alerts.write(AlertChange(self.case, self.place, found.detection_id, **change), event(found, outcome))

    def slots(self) -> Slots:
        slots: Slots = self.alerts.slots(self.case, self.place)
        return slots

    def row(self, found: Detection) -> tuple[str, str | None]:
        row = self.detections.get(found.detection_id)
        return row["state"], row.get("outcome")

    def history(self) -> dict[str, dict[str, Any]]:
        return {row["alert_id"]: row for row in self.alerts.history(self.case, self.place)}

    def story(self, found: Detection) -> list[str]:
        return [one.outcome for one in self.audit.story(f"detection:{found.detection_id}")]


def event(found: Detection, outcome: str = "x") -> AuditEvent:
    return audit_event(NOW, "test", "test", f"detection:{found.detection_id}", outcome, case=str(case_key()))


@pytest.fixture
def desk(stores: Any) -> Desk:
    return Desk(stores)


def test_slots_that_were_never_written_are_free(desk: Desk) -> None:
    assert desk.slots() == Slots()


def test_a_slot_is_read_back_as_it_was_written(desk: Desk) -> None:
    found = desk.assessed()
    whole = Slot(
        SlotName.ESCALATION,
        state=SlotState.SENT,
        holder=found.detection_id,
        grade=Verdict.ALERT,
        similarity=99.5,
        lease_until=NOW + timedelta(minutes=15),
        attempt_at=NOW,
        sent_at=NOW + timedelta(milliseconds=250),
        message_id="m-1",
        rejected_at=NOW - timedelta(hours=1),
        rejected_similarity=98.125,
        of="d0",
    )
    desk.write(found, slot=whole)
    desk.write(found, slot=PENDING)
    assert desk.slots() == Slots(replace(PENDING, revision=1), replace(whole, revision=1))


def test_what_is_no_longer_said_is_gone(desk: Desk) -> None:
    found = desk.assessed()
    desk.write(found, slot=replace(PENDING, attempt_at=NOW))
    desk.write(found, slot=replace(desk.slots().current, attempt_at=None))
    assert desk.slots().current == replace(PENDING, revision=2)


@pytest.mark.parametrize("stale", [0, 1])
def test_nobody_writes_what_somebody_else_has_changed(desk: Desk, stale: int) -> None:
    first, second = desk.assessed(), desk.assessed()
    for revision in range(stale + 1):
        desk.write(first, slot=replace(PENDING, revision=revision))
    before = desk.slots()
    with pytest.raises(ConflictError):
        desk.write(
            second, "LOST", slot=replace(PENDING, revision=stale, holder="d2"), row={"state": "x"}, move=RESERVED
        )
    assert desk.slots() == before
    assert desk.row(second) == ("ASSESSED", None)
    assert second.detection_id not in desk.history()
    assert "LOST" not in desk.story(second)


def test_one_of_twenty_racers_gets_the_slot(desk: Desk) -> None:
    racers = [desk.assessed() for _ in range(20)]

    def race(found: Detection) -> bool:
        while True:
            try:
                desk.write(found, "WON", slot=replace(PENDING, holder=found.detection_id), move=RESERVED)
            except TransientError:  # two transactions met; Step Functions would try again
                continue
            except ConflictError:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(race, racers))
    assert wins.count(True) == 1
    winner = racers[wins.index(True)]
    assert desk.slots().current.holder == winner.detection_id
    assert [desk.row(found)[0] for found in racers].count("RESERVED") == 1
    assert [found for found in racers if "WON" in desk.story(found)] == [winner]


def test_a_move_that_does_not_fit_changes_nothing(desk: Desk) -> None:
    found = desk.assessed()
    with pytest.raises(ConflictError):
        desk.write(found, "LOST", slot=PENDING, row={"state": AlertState.SENT}, move=ALERTED)
    assert (desk.slots(), desk.history(), desk.row(found)) == (Slots(), {}, ("ASSESSED", None))
    assert "LOST" not in desk.story(found)


def test_slot_row_detection_and_event_are_one_change(desk: Desk) -> None:
    found = desk.assessed()
    desk.write(found, slot=PENDING, row={"state": AlertState.PENDING, "similarity": 97.25}, move=RESERVED)
    desk.write(found, "SENT", row={"state": AlertState.SENT, "sent_at": iso(NOW)}, move=ALERTED)
    assert desk.row(found) == ("FINISHED", "ALERTED")
    assert desk.detections.get(found.detection_id)["message_id"] == "m"
    kept = desk.history()[found.detection_id]
    assert (kept["state"], kept["similarity"], kept["sent_at"]) == ("SENT", 97.25, iso(NOW))
    assert "SENT" in desk.story(found)  # events of one moment have no order


@pytest.mark.parametrize(
    ("ends", "after_failure", "works"),
    [
        (Outcome.FAILED, True, True),
        (Outcome.FAILED, False, False),
        (Outcome.DUPLICATE, True, False),
    ],
)
def test_only_a_failed_detection_may_still_be_alerted(
    desk: Desk, ends: Outcome, after_failure: bool, works: bool
) -> None:
    found, move = desk.assessed(), replace(ALERTED, after_failure=after_failure)
    finished = [DetectionState.ASSESSED], DetectionState.FINISHED
    desk.detections.advance(found.detection_id, *finished, {}, event(found), ends)
    if works:
        desk.write(found, move=move)
        assert desk.row(found) == ("FINISHED", "ALERTED")
    else:
        with pytest.raises(ConflictError):
            desk.write(found, move=move)


def test_a_row_is_changed_only_from_the_state_that_is_expected(desk: Desk) -> None:
    found = desk.assessed()
    retracted: dict[str, Any] = {"row": {"state": AlertState.RETRACTED}, "row_was": AlertState.SENT}
    with pytest.raises(ConflictError):
        desk.write(found, **retracted)
    desk.write(found, row={"state": AlertState.SENT, "sent_at": iso(NOW)})
    desk.write(found, **retracted)
    with pytest.raises(ConflictError):
        desk.write(found, **retracted)


def test_the_alerts_of_a_case_that_stand_are_found(desk: Desk) -> None:
    desk.case = case_key(int(uuid4().int % 10**9))
    old, told, untold, sent, repeat = (desk.assessed() for _ in range(5))
    for minutes, found in enumerate((old, told, untold, sent)):
        desk.write(found, row={"state": AlertState.SENT, "sent_at": iso(NOW + timedelta(minutes=minutes))})
    desk.write(repeat, row={"state": AlertState.DUPLICATE})
    desk.write(told, row={"state": AlertState.RETRACTED, "retraction_id": "m-2"})
    desk.write(untold, row={"state": AlertState.RETRACTED})  # its message may not have gone out
    rows = desk.alerts.sent_of(desk.case, NOW + timedelta(seconds=1))
    assert [row["alert_id"] for row in rows] == [untold.detection_id, sent.detection_id]
    assert desk.alerts.sent_of(case_key(1), NOW) == []


def test_the_sightings_of_a_day_are_listed(desk: Desk) -> None:
    found = desk.assessed()
    desk.write(found, row={"state": AlertState.PENDING})
    day = day_of(found.detection_id)
    assert day is not None
    (row,) = [row for row in desk.alerts.of_day(day) if row["alert_id"] == found.detection_id]
    assert (row["case"], row["place"], row["state"]) == (str(desk.case), desk.place, "PENDING")
    assert found.detection_id not in [row["alert_id"] for row in desk.alerts.of_day(day - timedelta(days=1))]


def test_other_places_and_cases_are_not_held_up(desk: Desk) -> None:
    found = desk.assessed()
    desk.write(found, slot=PENDING)
    assert desk.alerts.slots(case_key(7), desk.place) == Slots()
    assert desk.alerts.slots(desk.case, f"{desk.place}-2") == Slots()


@pytest.mark.parametrize(
    ("move", "unfinished"),
    [
        (Move((DetectionState.ASSESSED,), DetectionState.RESERVED), "RESERVED"),
        (Move((DetectionState.ASSESSED,), DetectionState.FINISHED, {}, Outcome.FAILED), "FAILED"),
        (Move((DetectionState.ASSESSED,), DetectionState.FINISHED, {}, Outcome.ALERTED), None),
    ],
)
def test_a_row_says_that_it_is_unfinished(desk: Desk, move: Move, unfinished: str | None) -> None:
    found = desk.assessed()
    assert desk.detections.get(found.detection_id)["unfinished"] == "ASSESSED"
    desk.write(found, move=move)
    row = desk.detections.get(found.detection_id)
    assert (row.get("unfinished"), row.get("moved_at")) == (unfinished, iso(NOW) if unfinished else None)
