"""Publish Alert: hand the lead to every subscriber through one SNS publish, and never a second one.

SNS has no deduplication, so the slot notes that a publish begins. While nobody knows how that one ended, no other
begins for SETTLE: ServiceUnavailableError, as often as the state machine asks. In that time the receipt
(`confirm_alert`) tells if it went out. Errors that say for certain that nothing was published take the note back, and
may be retried at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from homeward.domain.alerts import Lead, alert_attributes, alert_subject, alert_texts
from homeward.domain.audit import audit_event
from homeward.domain.cases import Case, CaseStatus
from homeward.domain.claims import Claim, Slot, SlotState
from homeward.domain.errors import (
    ClaimLostError,
    HomewardError,
    NotFoundError,
    ServiceUnavailableError,
    ThrottledError,
)
from homeward.domain.ports import AlertChange, AlertStore, CaseStore, Clock, PolicySource, Publisher
from homeward.steps.claiming import again_when_lost, claim_of


@dataclass(frozen=True, slots=True)
class PublishAlert:
    """Publishes only while the claim is held, and not again once it is SENT."""

    alerts: AlertStore
    cases: CaseStore
    publisher: Publisher
    policy: PolicySource
    topic_arn: str
    clock: Clock
    actor: str = "function:publish_alert"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "decision", "confirmed_by"}`; returns `{"message_id"}`. ClaimLostError."""
        detection, claim = claim_of(event)
        with _nothing_published():
            case = self._case(claim)
            slot, begun = again_when_lost(lambda: self._begin(claim, case, bool(event.get("confirmed_by"))))
        if slot.state is SlotState.SENT:
            return {"message_id": slot.message_id}
        if not begun:
            raise ServiceUnavailableError("an earlier publish of this alert isn't settled yet")
        lead = Lead(detection, event["decision"], case, slot.kind, event.get("confirmed_by") or 0, slot.of)
        return {"message_id": self._publish(lead, claim, slot)}

    def _case(self, claim: Claim) -> Case:
        case = self.cases.get_cases([claim.case]).get(claim.case)
        if case is None:
            raise NotFoundError(f"case {claim.case} is gone")
        return case

    def _begin(self, claim: Claim, case: Case, confirmed: bool) -> tuple[Slot, bool]:
        """The slot, and whether a publish begins now.

        Much can have happened since it was reserved: not for a case that was closed, nor unasked after a person's no.
        """
        slots, policy, now = self.alerts.slots(claim.case, claim.place), self.policy(), self.clock()
        slot = slots.claimed_by(claim.holder)
        if slot and (slot.state is SlotState.SENT or not slot.settled(now)):
            return slot, False
        if slot is None:
            raise ClaimLostError(f"{claim.holder} holds no claim on {claim.case} at {claim.place}")
        if case.status is not CaseStatus.OPEN:
            raise self._refused(claim, "CASE_CLOSED")
        if not confirmed and slots.current.in_doubt(now, timedelta(seconds=policy.quiet_seconds)):
            raise self._refused(claim, "PERSON_SAID_NO")
        begun = slot.attempted(now, timedelta(seconds=policy.lease_seconds))
        self._write(claim, begun, "BEGUN")
        return replace(begun, revision=begun.revision + 1), True

    def _refused(self, claim: Claim, reason: str) -> ClaimLostError:
        """The error that gives the claim back, after the trail says why."""
        about = (self.actor, "publish_alert", f"detection:{claim.holder}", "REFUSED")
        event = audit_event(self.clock(), *about, case=str(claim.case), reasons=(reason,))
        self.alerts.write(AlertChange(claim.case, claim.place, claim.holder), event)
        return ClaimLostError(f"{claim.holder} may not alert about {claim.case} any more: {reason}")

    def _publish(self, lead: Lead, claim: Claim, slot: Slot) -> str:
        try:
            return self.publisher.publish(
                self.topic_arn, alert_subject(lead), alert_texts(lead), alert_attributes(lead)
            )
        except ServiceUnavailableError:
            raise
        except HomewardError:  # it was certainly not published
            self._write(claim, slot.not_published(), "NOT_PUBLISHED")
            raise

    def _write(self, claim: Claim, slot: Slot, outcome: str) -> None:
        about = (self.actor, "publish_alert", f"detection:{claim.holder}", outcome)
        event = audit_event(self.clock(), *about, case=str(claim.case), details={"kind": slot.kind.value})
        self.alerts.write(AlertChange(claim.case, claim.place, claim.holder, slot), event)


@contextmanager
def _nothing_published() -> Iterator[None]:
    """Inside the block nothing goes out yet, so what fails may be retried without waiting for a receipt."""
    try:
        yield
    except ServiceUnavailableError as away:
        raise ThrottledError(f"nothing is published yet: {away}") from away
