"""Histories that went wrong once, each as short as it can be; and that the rules see what they are there for."""

from __future__ import annotations

import pytest

from homeward.domain.alerts import RetractionReason
from homeward.domain.reviews import ReviewVerdict
from tests.invariants.faults import How, Point
from tests.invariants.rules import Story, check
from tests.invariants.wiring import MINOR
from tests.invariants.world import World

PUBLISH, RESERVE = Point("publish_alert", "publish"), Point("reserve_alert", "alerts.slots")


def ends(world: World) -> list[str]:
    """How the detections ended, after everything has healed and the rules were held."""
    world.heal()
    check(world)
    return [world.row(name)["outcome"] for name in world.detections]


def kinds(world: World) -> list[str]:
    return [one.kind for one in Story(world).sent]


def test_an_alert() -> None:
    world = World()
    world.picture(95.0)
    assert ends(world) == ["ALERTED"]
    assert kinds(world) == ["ALERT"]


def test_sightings_in_the_window_repeat_it_and_one_escalates() -> None:
    world = World()
    for similarity in (95.0, 96.0, 97.5, 99.9):
        world.picture(similarity)
        world.wait(5)
    assert ends(world) == ["ALERTED", "DUPLICATE", "ALERTED", "DUPLICATE"]
    assert kinds(world) == ["ALERT", "ESCALATION"]


def test_two_at_once() -> None:
    world = World()
    world.picture(95.0)
    world.picture(96.0)
    assert sorted(ends(world)) == ["ALERTED", "DUPLICATE"]


def test_two_people_confirm() -> None:
    world = World()
    name = world.picture(97.5, MINOR)
    for person in ("Alex", "Alex", "Kim"):
        world.wait(1)
        world.answer(name, ReviewVerdict.CONFIRMED, person)
    assert ends(world) == ["ALERTED"]
    assert Story(world).sent[0].confirmed_by == 2


@pytest.mark.parametrize("how", How)
@pytest.mark.parametrize("times", [1, 2, 9])
def test_publishing_in_every_trouble(how: How, times: int) -> None:
    world = World()
    world.fault(PUBLISH, how, times)
    world.picture(95.0)
    world.wait(1000)
    assert ends(world) == ["ALERTED"]
    assert kinds(world) == ["ALERT"]


@pytest.mark.parametrize("how", How)
def test_starting_in_every_trouble(how: How) -> None:
    world = World()
    world.fault(Point("start_detection", "machines.start"), how, 9)
    world.picture(95.0)
    world.wait(1000)
    assert ends(world) == ["ALERTED"]


def test_a_question_never_goes_before_an_alert() -> None:
    """The alert's claim has run out when the question comes; its holder then finds its claim still there."""
    world = World()
    world.fault(PUBLISH, How.THROTTLED, 6)
    world.picture(95.0)
    world.wait(61)
    world.picture(91.5)
    assert "ALERTED" in ends(world)


def test_a_confirmed_question_stays_confirmed_after_a_failure() -> None:
    """While its publish isn't settled, an alert repeats it; then it fails, and another question comes."""
    world = World()
    world.fault(PUBLISH, How.REFUSED)
    world.fault(Point("redrive_stuck", "invoke"), How.THROTTLED, 2)
    name = world.picture(91.5)
    world.wait(1)
    world.answer(name, ReviewVerdict.CONFIRMED, "Alex")
    world.wait(0.4)
    world.picture(95.0)
    world.wait(5)
    world.picture(89.0)
    assert "ALERTED" in ends(world)


def test_a_slow_call_that_nobody_waits_for_deletes_no_crop() -> None:
    world = World()
    world.fault(RESERVE, How.ORPHANED)
    world.fault(PUBLISH, How.REFUSED)
    world.picture(95.0)
    world.wait(100)
    assert ends(world) == ["ALERTED"]


def test_a_question_that_nobody_can_answer_is_closed() -> None:
    world = World()
    asked = world.picture(91.5)
    world.wait(1)
    world.abort(asked)
    world.picture(95.0)
    assert ends(world) == ["DUPLICATE", "ALERTED"]


def test_an_escalation_of_a_retracted_alert_is_not_sent() -> None:
    world = World()
    first = world.picture(95.0)
    world.wait(10)
    world.fault(PUBLISH, How.REFUSED)
    world.picture(97.5)
    world.wait(5)
    world.retract(first, RetractionReason.WRONG_PERSON)
    ends(world)
    assert kinds(world) == ["ALERT"]


def test_a_crop_whose_deletion_failed_is_deleted_later() -> None:
    world = World()
    world.fault(Point("assess_candidates", "pictures.delete"), How.THROTTLED, 9)
    world.picture(84.0)
    world.wait(100)
    assert ends(world) == ["DISCARDED"]


def test_an_escalation_that_waits_is_not_sent_after_the_retraction() -> None:
    world = World()
    first = world.picture(95.0)
    world.wait(10)
    world.fault(Point("publish_alert", "invoke"), How.AWAY, 6)
    world.picture(97.5)
    world.wait(5)
    world.retract(first, RetractionReason.WRONG_PERSON)
    world.wait(200)
    ends(world)
    assert kinds(world) == ["ALERT"]


def test_after_a_yes_to_a_clearer_sighting_an_earlier_no_holds_nothing_back() -> None:
    """The newest word of a person counts: a much clearer sighting then escalates unasked."""
    world = World()
    for similarity, verdict in ((89.0, ReviewVerdict.REJECTED), (91.5, ReviewVerdict.CONFIRMED)):
        asked = world.picture(similarity)
        world.wait(5)
        world.answer(asked, verdict, "Alex")
        world.wait(60)
    world.picture(95.0)
    assert ends(world) == ["REJECTED", "ALERTED", "ALERTED"]
    assert kinds(world) == ["ALERT", "ESCALATION"]


def test_a_no_holds_back_a_clearer_sighting_until_a_person_says_yes() -> None:
    world = World()
    asked = world.picture(89.0)
    world.wait(5)
    world.answer(asked, ReviewVerdict.REJECTED, "Alex")
    world.wait(60)
    world.picture(95.0)
    world.wait(60)
    assert kinds(world) == []
