"""Who may alert, and when: an example for each rule, at its edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from homeward.domain.claims import SETTLE, Answer, Claim, Reservation, Slot, Slots, SlotState, reserve
from homeward.domain.detections import Outcome, Verdict
from homeward.domain.policy import Policy
from tests.factories import case_key, policy

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
RULES = policy(lease_seconds=900, quiet_seconds=14400, review_seconds=86400, escalation_margin=1.0)
LEASE, QUIET, REVIEW = (timedelta(seconds=seconds) for seconds in (900, 14400, 86400))
TICK = timedelta(milliseconds=1)
RESERVED, DUPLICATE, SUPPRESSED = Reservation


def claim(holder: str = "d1", verdict: Verdict = Verdict.ALERT, similarity: float = 97.0) -> Claim:
    return Claim(case_key(), "central-station", holder, verdict, similarity)


def ask(slots: Slots, by: Claim, at: datetime = NOW, rules: Policy = RULES) -> Answer:
    return reserve(slots, by, at, rules)


def taken(by: Claim, slots: Slots | None = None, at: datetime = NOW) -> Slots:
    """The slots after a claim that must succeed."""
    answer = ask(slots or Slots(), by, at)
    assert answer.outcome is RESERVED
    assert answer.slot is not None
    return put(slots or Slots(), answer.slot)


def put(slots: Slots, slot: Slot) -> Slots:
    written = replace(slot, revision=slot.revision + 1)
    return Slots(*(written if old.name is slot.name else old for old in slots))


def sent(by: Claim | None = None, at: datetime = NOW, slots: Slots | None = None) -> Slots:
    by = by or claim()
    slots = taken(by, slots, at)
    slot = slots.claimed_by(by.holder)
    assert slot is not None
    return put(slots, slot.sent(f"message of {by.holder}", at))


def rejected(similarity: float = 97.0) -> Slots:
    slots = taken(claim("asked", Verdict.REVIEW, similarity))
    return put(slots, slots.current.released(Outcome.REJECTED, NOW))


def test_a_free_slot_is_taken_for_the_lease() -> None:
    answer = ask(Slots(), claim())
    assert (answer.outcome, answer.ask) == (RESERVED, False)
    assert answer.slot == replace(
        Slots().current,
        state=SlotState.PENDING,
        holder="d1",
        grade=Verdict.ALERT,
        similarity=97.0,
        lease_until=NOW + LEASE,
    )


def test_while_a_person_thinks_the_claim_does_not_run_out() -> None:
    answer = ask(Slots(), claim(verdict=Verdict.REVIEW))
    assert answer.ask
    assert answer.slot is not None
    assert answer.slot.lease_until == NOW + LEASE + REVIEW


@pytest.mark.parametrize(("after", "outcome"), [(LEASE, DUPLICATE), (LEASE + TICK, RESERVED)])
def test_a_lease_that_ran_out_is_free(after: timedelta, outcome: Reservation) -> None:
    answer = ask(taken(claim()), claim("d2"), NOW + after)
    assert answer.outcome is outcome
    assert answer.of == ("d1" if outcome is DUPLICATE else None)


@pytest.mark.parametrize(("after", "outcome"), [(QUIET, DUPLICATE), (QUIET + TICK, RESERVED)])
def test_quiet_counts_from_sent(after: timedelta, outcome: Reservation) -> None:
    assert ask(sent(), claim("d2"), NOW + after).outcome is outcome


def test_the_same_holder_may_ask_again() -> None:
    slots = taken(claim())
    begun = put(slots, slots.current.attempted(NOW, LEASE))
    answer = ask(begun, claim())
    assert answer.outcome is RESERVED
    assert answer.slot is not None
    assert answer.slot.attempt_at == NOW  # what may have gone out is not forgotten
    assert ask(sent(), claim()).slot == sent().current


def test_an_alert_goes_before_a_question() -> None:
    slots = taken(claim("asked", Verdict.REVIEW))
    assert ask(slots, claim("other", Verdict.REVIEW)).outcome is DUPLICATE
    assert ask(slots, claim("sure")).outcome is RESERVED
    assert ask(taken(claim("sure"), slots), claim("third")).outcome is DUPLICATE


def test_an_alert_does_not_go_before_one_that_is_being_published() -> None:
    slots = taken(claim("asked", Verdict.REVIEW))
    publishing = put(slots, slots.current.attempted(NOW, LEASE))
    for at in (NOW, NOW + SETTLE):
        assert ask(publishing, claim("sure"), at).outcome is DUPLICATE


@pytest.mark.parametrize(("after", "outcome"), [(LEASE + QUIET, DUPLICATE), (LEASE + QUIET + TICK, RESERVED)])
def test_a_question_does_not_go_before_an_alert_that_is_stuck(after: timedelta, outcome: Reservation) -> None:
    slots = taken(claim("stuck"))
    for held in (slots, put(slots, slots.current.released(Outcome.FAILED, NOW))):
        assert ask(held, claim("asked", Verdict.REVIEW), NOW + after).outcome is outcome
    assert ask(slots, claim("sure"), NOW + LEASE + TICK).outcome is RESERVED


@pytest.mark.parametrize(("after", "outcome"), [(SETTLE - TICK, DUPLICATE), (SETTLE, RESERVED)])
def test_a_publish_nobody_knows_the_end_of_keeps_the_slot(after: timedelta, outcome: Reservation) -> None:
    slots = taken(claim())
    failed = slots.current.attempted(NOW, LEASE).released(Outcome.FAILED, NOW)
    assert ask(put(slots, failed), claim("d2"), NOW + after).outcome is outcome
    certain = slots.current.attempted(NOW, LEASE).not_published().released(Outcome.FAILED, NOW)
    assert ask(put(slots, certain), claim("d2"), NOW).outcome is RESERVED


def test_a_publish_extends_the_lease_and_never_shortens_it() -> None:
    short, long = (taken(claim(verdict=verdict)).current for verdict in (Verdict.ALERT, Verdict.REVIEW))
    late = NOW + timedelta(minutes=14)
    assert short.attempted(late, LEASE).lease_until == late + LEASE
    assert long.attempted(late, LEASE).lease_until == long.lease_until


@pytest.mark.parametrize("end", [Outcome.INCONCLUSIVE, Outcome.REVIEW_EXPIRED])
def test_what_nobody_decided_may_be_asked_again(end: Outcome) -> None:
    slots = taken(claim("asked", Verdict.REVIEW))
    assert ask(put(slots, slots.current.released(end, NOW)), claim("d2", Verdict.REVIEW)).outcome is RESERVED


@pytest.mark.parametrize("verdict", [Verdict.REVIEW, Verdict.ALERT])
@pytest.mark.parametrize(
    ("similarity", "after", "outcome", "person"),
    [
        (97.9, timedelta(0), SUPPRESSED, False),
        (98.0, timedelta(0), RESERVED, True),
        (97.9, QUIET, SUPPRESSED, False),
        (97.9, QUIET + TICK, RESERVED, False),
    ],
)
def test_a_rejected_pair_is_asked_again_only_for_a_clearer_sighting(
    similarity: float, after: timedelta, outcome: Reservation, person: bool, verdict: Verdict
) -> None:
    answer = ask(rejected(), claim("d2", verdict, similarity), NOW + after)
    assert answer.outcome is outcome
    if outcome is RESERVED:
        assert answer.ask is (person or verdict is Verdict.REVIEW)


def test_a_rejection_is_remembered_through_later_claims_until_one_is_sent() -> None:
    again = taken(claim("clearer", similarity=99.0), rejected())
    assert again.current.grade is Verdict.REVIEW
    assert ask(again, claim("sure", similarity=97.5)).outcome is SUPPRESSED
    assert ask(again, claim("sure", similarity=98.5)).outcome is DUPLICATE  # it doesn't go before the question
    released = put(again, again.current.released(Outcome.INCONCLUSIVE, NOW))
    assert ask(released, claim("sure", similarity=97.5)).outcome is SUPPRESSED
    confirmed = put(again, again.current.sent("m", NOW))
    assert ask(confirmed, claim("later", similarity=99.0)).outcome is DUPLICATE


@pytest.mark.parametrize(
    ("similarity", "verdict", "outcome"),
    [
        (98.0, Verdict.ALERT, RESERVED),
        (97.9, Verdict.ALERT, DUPLICATE),
        (99.9, Verdict.REVIEW, DUPLICATE),
    ],
)
def test_only_a_clearer_alert_escalates(similarity: float, verdict: Verdict, outcome: Reservation) -> None:
    answer = ask(sent(), claim("d2", verdict, similarity))
    assert (answer.outcome, answer.of, answer.ask) == (outcome, "d1", False)
    if answer.slot:
        assert (answer.slot.kind, answer.slot.of) == ("ESCALATION", "d1")


def test_an_alert_escalates_once() -> None:
    slots = taken(claim("d2", similarity=98.0), sent())
    assert ask(slots, claim("d3", similarity=99.9)).outcome is DUPLICATE  # while it is under way
    assert ask(slots, claim("d2", similarity=98.0)).outcome is RESERVED
    escalated = sent(claim("d2", similarity=98.0), slots=slots)
    assert ask(escalated, claim("d3", similarity=99.9)).outcome is DUPLICATE
    assert ask(escalated, claim("d2", similarity=98.0)).slot == escalated.escalation
    later = NOW + QUIET + TICK
    again = sent(claim("d4"), later, escalated)
    assert ask(again, claim("d5", similarity=98.0), later).outcome is RESERVED  # another alert, another escalation


def test_an_escalation_that_failed_is_free_for_another() -> None:
    slots = taken(claim("d2", similarity=98.0), sent())
    freed = put(slots, slots.escalation.released(Outcome.FAILED, NOW))
    assert ask(freed, claim("d3", similarity=98.0)).outcome is RESERVED
    redriven = ask(freed, claim("d2", similarity=98.0), NOW + QUIET + TICK)
    assert redriven.slot is not None
    assert redriven.slot.kind == "ESCALATION"


def test_after_a_rejection_an_escalation_is_not_sent() -> None:
    slots = taken(claim("d2", similarity=98.0), sent())
    slots = put(slots, slots.escalation.released(Outcome.FAILED, NOW))
    wrong = put(slots, slots.current.rejected(97.5, NOW))
    assert ask(wrong, claim("d2", similarity=98.0)).outcome is SUPPRESSED


def test_a_receipt_finds_its_slot_also_after_it_was_given_back() -> None:
    slots = taken(claim())
    failed = slots.current.attempted(NOW, LEASE).released(Outcome.FAILED, NOW)
    assert put(slots, failed).claimed_by("d1") is None
    assert put(slots, failed).published_by("d1") == replace(failed, revision=2)
    assert put(slots, slots.current.released(Outcome.FAILED, NOW)).published_by("d1") is None
    assert slots.published_by("d2") is None
