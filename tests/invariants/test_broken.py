"""The rules are no decoration: break one of Homeward's promises, and they say which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from homeward.domain import claims
from homeward.domain.claims import Slot, SlotState
from homeward.domain.detections import Verdict
from homeward.domain.reviews import ReviewVerdict
from homeward.steps.confirm_alert import ConfirmAlert
from homeward.steps.crops import Crops
from homeward.steps.publish_alert import PublishAlert
from homeward.steps.redrive_work import RedriveWork
from tests import memory
from tests.invariants import rules, wiring
from tests.invariants.faults import How, Point
from tests.invariants.wiring import MINOR
from tests.invariants.world import World

PUBLISH = Point("publish_alert", "publish")
_publish, _reserve, _settle, _attempted = PublishAlert._publish, claims.reserve, Crops.settle, Slot.attempted


def the_answer_is_lost(world: World) -> None:
    world.fault(PUBLISH, How.LOST)
    world.cloud.receipt_delays.append((90.0,))
    world.picture(95.0)
    world.wait(1000)


def an_alert(world: World) -> None:
    world.picture(95.0)


def three_in_a_row(world: World) -> None:
    for similarity in (95.0, 97.5, 99.9):
        world.picture(similarity)
        world.wait(10)


def a_rejection_and_the_same_again(world: World) -> None:
    name = world.picture(91.5)
    world.wait(1)
    world.answer(name, ReviewVerdict.REJECTED, "Alex")
    world.wait(60)
    world.picture(95.0)


def one_of_two_people_confirms(world: World) -> None:
    name = world.picture(97.5, MINOR)
    world.wait(1)
    world.answer(name, ReviewVerdict.CONFIRMED, "Alex")


def a_question_while_an_alert_stalls(world: World) -> None:
    world.fault(Point("publish_alert", "invoke"), How.AWAY, 6)
    world.picture(95.0)
    world.wait(70)
    world.picture(91.5)
    world.wait(1000)


def an_alert_while_another_begins(world: World) -> None:
    """Its lease has run out, and between reading and writing its slot it stalls."""
    world.fault(Point("publish_alert", "invoke"), How.AWAY, 6)
    world.fault(Point("publish_alert", "policy.live"), How.SLOW_BEFORE)
    world.picture(95.0)
    world.wait(99)
    world.picture(96.0)
    world.wait(60)


def a_slow_call_after_a_failure(world: World) -> None:
    world.fault(Point("reserve_alert", "alerts.slots"), How.ORPHANED)
    world.fault(PUBLISH, How.REFUSED)
    world.picture(95.0)
    world.wait(100)


def _forgetful(slots: Any, claim: Any, now: Any, policy: Any) -> Any:
    """Every slot looks free, but not for long enough to be written by two."""
    return _reserve(replace(slots, current=Slot(slots.current.name, slots.current.revision)), claim, now, policy)


def _unguarded(self: Any, change: Any, event: Any) -> None:
    """The last one to write wins."""
    if change.slot:
        key = (str(change.case), change.place, change.slot.name)
        stored = self.tables.slots.get(key)
        change = replace(change, slot=replace(change.slot, revision=stored.revision if stored else 0))
    _write(self, change, event)


_write, _topic = memory.MemoryAlerts.write, wiring.Topic
TWICE, QUIET = rules.no_alert_goes_out_twice, rules.alerts_keep_the_quiet_window
BREAKAGES: dict[str, tuple[Callable[[World], None], Any, str, Any]] = {
    "no receipts": (the_answer_is_lost, ConfirmAlert, "_mark", lambda *_: "BEFORE"),
    "nobody waits for receipts": (the_answer_is_lost, Slot, "settled", lambda *_: True),
    "publishes twice": (an_alert, PublishAlert, "_publish", lambda *args: (_publish(*args), _publish(*args))[1]),
    "the SDK tries again": (the_answer_is_lost, wiring, "Topic", lambda cloud, attempts: _topic(cloud, 3)),
    "forgets the window": (three_in_a_row, "homeward.steps.reserve_alert", "reserve", _forgetful),
    "last writer wins": (an_alert_while_another_begins, memory.MemoryAlerts, "write", _unguarded),
    "escalates again": (
        three_in_a_row,
        claims,
        "_escalate",
        lambda slots, claim, now, policy: claims._reserved(
            slots.escalation, claim, Verdict.ALERT, now, policy, slots.current.holder
        ),
    ),
    "forgets rejections": (
        a_rejection_and_the_same_again,
        Slot,
        "rejected",
        lambda self, *_: replace(self, state=SlotState.RELEASED),
    ),
    "one person is enough": (
        one_of_two_people_confirms,
        "homeward.steps.answer_review",
        "verdict_of",
        lambda answers, _: answers[-1].verdict,
    ),
    "questions go before alerts": (a_question_while_an_alert_stalls, claims, "_may_take", lambda *_: True),
    "a failed one loses its crop": (
        a_slow_call_after_a_failure,
        Crops,
        "settle",
        lambda self, detection, _: self.pictures.delete(detection.picture),
    ),
    "nobody redrives": (a_slow_call_after_a_failure, RedriveWork, "_restart", lambda *_: None),
    "no lease": (
        an_alert,
        Slot,
        "sent",
        lambda self, message_id, now: replace(self, state=SlotState.SENT, message_id="other", sent_at=now),
    ),
}


def _held_to_the_rules(history: Callable[[World], None]) -> None:
    world = World()
    history(world)
    world.heal()
    rules.check(world)


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_breakage_is_seen(name: str) -> None:
    history, owner, attribute, broken = BREAKAGES[name]
    _held_to_the_rules(history)
    target = patch(f"{owner}.{attribute}", broken) if isinstance(owner, str) else patch.object(owner, attribute, broken)
    with target, pytest.raises(AssertionError):
        _held_to_the_rules(history)
