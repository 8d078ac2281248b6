"""The reservation that makes alerts unique, on real tables: claims, leases, quiet windows, races."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from homeward.adapters.alerts import DynamoAlertStore
from homeward.adapters.audit_log import DynamoAuditLog
from homeward.adapters.detections import DynamoDetectionStore
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.detections import Detection, DetectionState, Outcome
from homeward.domain.errors import ConflictError, TransientError
from homeward.domain.ports import Reservation
from homeward.settings import Setting, Settings
from tests.factories import case_key, detection

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
QUIET, LEASE = 3600, 60


class Desk:
    """The stores under test, and short ways to use them."""

    def __init__(self, names: Settings) -> None:
        tables = [names[s] for s in (Setting.ALERTS_TABLE, Setting.DETECTIONS_TABLE, Setting.AUDIT_TABLE)]
        self.alerts = DynamoAlertStore(*tables)
        self.detections = DynamoDetectionStore(tables[1], tables[2])
        self.audit = DynamoAuditLog(tables[2])
        self.place = f"place-{uuid4().hex[:8]}"  # a slot of this test's own

    def event(self, found: Detection, outcome: str = "x") -> AuditEvent:
        return audit_event(NOW, "test", "test", f"detection:{found.detection_id}", outcome, case=str(case_key()))

    def assessed(self) -> tuple[Detection, Reservation]:
        found = detection(shot=uuid4().hex[:12])
        assert self.detections.receive(found, self.event(found))
        for source, to in (("RECEIVED", "SEARCHED"), ("SEARCHED", "ASSESSED")):
            states = [DetectionState(source)], DetectionState(to)
            self.detections.advance(found.detection_id, *states, {}, self.event(found))
        return found, Reservation(case_key(), self.place, found.detection_id)

    def reserve(self, found: Detection, claim: Reservation, now: datetime = NOW) -> bool:
        try:
            self.alerts.reserve(claim, now, QUIET, LEASE, self.event(found, "RESERVED"))
        except ConflictError:
            return False
        return True

    def send(self, found: Detection, claim: Reservation, now: datetime = NOW) -> None:
        self.alerts.mark_sent(claim, now, "message-1", self.event(found, "ALERTED"))

    def row(self, found: Detection) -> tuple[str, str | None]:
        row = self.detections.get(found.detection_id)
        return row["state"], row.get("outcome")


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk(settings)


def test_one_of_twenty_racing_detections_gets_the_claim(desk: Desk) -> None:
    racers = [desk.assessed() for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(lambda racer: _try(desk, *racer), racers))
    assert wins.count(True) == 1
    assert [desk.row(found)[0] for found, _ in racers].count("RESERVED") == 1


def _try(desk: Desk, found: Detection, claim: Reservation) -> bool:
    while True:
        try:
            return desk.reserve(found, claim)
        except TransientError:  # two transactions met; Step Functions would try again
            continue


def test_the_same_holder_may_ask_again(desk: Desk) -> None:
    found, claim = desk.assessed()
    assert desk.reserve(found, claim)
    assert desk.reserve(found, claim)


def test_quiet_counts_from_sent_and_ends(desk: Desk) -> None:
    first, second, third = desk.assessed(), desk.assessed(), desk.assessed()
    assert desk.reserve(*first)
    desk.send(*first, now=NOW + timedelta(seconds=30))
    assert not desk.reserve(*second, now=NOW + timedelta(seconds=30 + QUIET))
    assert desk.reserve(*third, now=NOW + timedelta(seconds=31 + QUIET))


def test_a_lease_that_ran_out_is_free_and_its_holder_can_send_no_more(desk: Desk) -> None:
    dead, alive = desk.assessed(), desk.assessed()
    assert desk.reserve(*dead)
    assert not desk.reserve(*alive, now=NOW + timedelta(seconds=LEASE))
    assert desk.reserve(*alive, now=NOW + timedelta(seconds=LEASE + 1))
    with pytest.raises(ConflictError):
        desk.alerts.sent_message(dead[1])
    with pytest.raises(ConflictError):
        desk.send(*dead)
    assert desk.row(dead[0]) == ("RESERVED", None)


def test_a_released_claim_is_free_at_once(desk: Desk) -> None:
    rejected, other = desk.assessed(), desk.assessed()
    assert desk.reserve(*rejected)
    desk.alerts.release(rejected[1], NOW, Outcome.REJECTED, desk.event(rejected[0], "REJECTED"))
    assert desk.row(rejected[0]) == ("FINISHED", "REJECTED")
    assert desk.reserve(*other)


def test_a_failed_holder_gives_the_claim_back_but_stays_unfinished(desk: Desk) -> None:
    failed, other = desk.assessed(), desk.assessed()
    assert desk.reserve(*failed)
    desk.alerts.release(failed[1], NOW, Outcome.FAILED, desk.event(failed[0], "FAILED"))
    assert desk.row(failed[0]) == ("RESERVED", None)
    assert desk.reserve(*other)


def test_sent_is_remembered(desk: Desk) -> None:
    found, claim = desk.assessed()
    assert desk.reserve(found, claim)
    assert desk.alerts.sent_message(claim) is None
    desk.send(found, claim)
    assert desk.alerts.sent_message(claim) == "message-1"
    assert desk.row(found) == ("FINISHED", "ALERTED")
    with pytest.raises(ConflictError):
        desk.send(found, claim)


def test_other_places_and_cases_are_not_held_up(desk: Desk) -> None:
    found, claim = desk.assessed()
    elsewhere, _ = desk.assessed()
    assert desk.reserve(found, claim)
    assert desk.reserve(elsewhere, Reservation(case_key(), f"{desk.place}-2", elsewhere.detection_id))
    another, _ = desk.assessed()
    assert desk.reserve(another, Reservation(case_key(7), desk.place, another.detection_id))


def test_a_change_that_fails_leaves_no_event(desk: Desk) -> None:
    first, second = desk.assessed(), desk.assessed()
    assert desk.reserve(*first)
    assert not desk.reserve(*second)
    story = desk.audit.story(f"detection:{second[0].detection_id}")
    assert "RESERVED" not in [event.outcome for event in story]
    desk.alerts.count_repeat(second[1], NOW, desk.event(second[0], "DUPLICATE"))
    assert "DUPLICATE" in [event.outcome for event in desk.audit.story(f"detection:{second[0].detection_id}")]
    assert desk.row(second[0]) == ("FINISHED", "DUPLICATE")
