"""Release Alert: give the claim back when a person said no, nobody answered, publishing failed, or it was lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.claims import AlertState, Claim, Reservation, Slot, Slots, SlotState
from homeward.domain.detections import UNFINISHED, Detection, DetectionState, Outcome, iso
from homeward.domain.errors import ConflictError, NotFoundError
from homeward.domain.ports import AlertChange, AlertStore, Clock, DetectionStore, Move, ReviewStore
from homeward.domain.reviews import ReviewState, ReviewVerdict, handed_over
from homeward.steps.claiming import again_when_lost, claim_of
from homeward.steps.crops import Crops


@dataclass(frozen=True, slots=True)
class ReleaseAlert:
    """RESERVED or IN_REVIEW -> FINISHED with the outcome that is true by now (FAILED: Record Failure finishes it)."""

    alerts: AlertStore
    detections: DetectionStore
    reviews: ReviewStore
    crops: Crops
    clock: Clock
    actor: str = "function:release_alert"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "decision", "outcome"}`; returns `{"outcome", "ask", "confirmed_by"}`.

        A review that was confirmed in its last moment is RESERVED again, and goes on.
        """
        detection, claim = claim_of(event)
        outcome, confirmed_by = Outcome(event["outcome"]), 0
        if outcome is Outcome.REVIEW_EXPIRED and (word := self._last_word(claim)):
            confirmed_by = word["confirmed_by"]
            if word["verdict"] == ReviewVerdict.CONFIRMED:
                return {"outcome": Reservation.RESERVED.value, "ask": False, "confirmed_by": confirmed_by}
            outcome = Outcome(word["verdict"])
        end = again_when_lost(lambda: self._release(detection, claim, outcome))
        return {"outcome": end.value, "ask": False, "confirmed_by": confirmed_by}

    def _last_word(self, claim: Claim) -> dict[str, Any] | None:
        """Close the question; what was answered before that, counts."""
        about = (self.actor, "expire_review", f"detection:{claim.holder}", Outcome.REVIEW_EXPIRED)
        try:
            self.reviews.expire(claim.holder, audit_event(self.clock(), *about, case=str(claim.case)))
        except ConflictError:
            review = self.reviews.get(claim.holder)
            return handed_over(review) if review["state"] == ReviewState.DECIDED else None
        except NotFoundError:
            return None
        return None

    def _release(self, detection: Detection, claim: Claim, outcome: Outcome) -> Outcome:
        row = self.detections.get(claim.holder)
        if row["state"] == DetectionState.FINISHED and row["outcome"] != Outcome.FAILED:
            self.crops.settle(detection, row)  # ended by an earlier try, or by a receipt
            return Outcome(row["outcome"])
        slots, now = self.alerts.slots(claim.case, claim.place), self.clock()
        slot = slots.claimed_by(claim.holder)
        if slot is None:
            if outcome is Outcome.FAILED and _gave_back(slots, claim):
                return outcome
            lost = {"state": AlertState.DUPLICATE, "seen_at": iso(now), "of": slots.current.holder}
            return self._end(detection, claim, Outcome.DUPLICATE, now, None, lost)
        if slot.state is SlotState.SENT:
            return self._end(detection, claim, Outcome.ALERTED, now, None, {}, {"message_id": slot.message_id})
        if outcome is Outcome.DUPLICATE:  # the claim wasn't lost: a person had said no since it was reserved
            outcome = Outcome.SUPPRESSED
        released = {"state": AlertState.RELEASED, "released_at": iso(now), "released_as": outcome.value}
        return self._end(detection, claim, outcome, now, slot.released(outcome, now), released)

    def _end(
        self,
        detection: Detection,
        claim: Claim,
        outcome: Outcome,
        now: datetime,
        slot: Slot | None,
        row: Mapping[str, Any],
        changes: Mapping[str, Any] = MappingProxyType({}),
    ) -> Outcome:
        event = audit_event(
            now, self.actor, "release_alert", f"detection:{claim.holder}", outcome, case=str(claim.case)
        )
        change = AlertChange(claim.case, claim.place, claim.holder, slot, row)
        if outcome is Outcome.FAILED:
            self.alerts.write(change, event)
            return outcome
        terms = self.crops.terms(outcome, now)
        move = Move(UNFINISHED, DetectionState.FINISHED, {**terms, **changes}, outcome)
        self.alerts.write(replace(change, move=move), event)
        self.crops.settle(detection, terms)
        return outcome


def _gave_back(slots: Slots, claim: Claim) -> bool:
    """Whether the slot is free because this very detection released it."""
    return any(slot.holder == claim.holder and slot.state is SlotState.RELEASED for slot in slots)
