"""Claims: who may alert about a case at a place, and when. Pure rules; times are in UTC.

Every (case, place) has two slots. `current` holds the one alert of a quiet window, `escalation` the one clearer
sighting that may follow it. A detection claims a slot, publishes while it holds it, and leaves it SENT or returns it.
A slot is written only at the revision at which it was read, so two detections can't hold it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from homeward.domain.cases import CaseKey
from homeward.domain.detections import Outcome, Verdict
from homeward.domain.policy import Policy

# SNS can't tell a repeated message from a new one. So nobody publishes again until it would be known that the first try
# reached it. Its receipt is tried three times, after one and after two more minutes; with the limits of both functions
# (20 s a call) and clocks that disagree by 5 s each way, that is at most 270 seconds.
SETTLE = timedelta(seconds=300)


class SlotName(StrEnum):
    """The two slots; they sort before every detection's id."""

    CURRENT = "#current"
    ESCALATION = "#escalation"


class SlotState(StrEnum):
    """Life of a slot. REJECTED: a person said that it isn't the one who is looked for."""

    FREE = "FREE"
    PENDING = "PENDING"
    SENT = "SENT"
    RELEASED = "RELEASED"
    REJECTED = "REJECTED"


class AlertState(StrEnum):
    """What became of a detection at its (case, place); DUPLICATE and SUPPRESSED ones raised no alert of their own."""

    PENDING = "PENDING"
    SENT = "SENT"
    RELEASED = "RELEASED"
    DUPLICATE = "DUPLICATE"
    SUPPRESSED = "SUPPRESSED"
    RETRACTED = "RETRACTED"


class AlertKind(StrEnum):
    """What a message on the alert topic is; subscribers filter by it."""

    ALERT = "ALERT"
    ESCALATION = "ESCALATION"
    RETRACTION = "RETRACTION"


@dataclass(frozen=True, slots=True)
class Claim:
    """What detection `holder` asks for: to alert about the case at the place. `verdict` is ALERT or REVIEW."""

    case: CaseKey
    place: str
    holder: str
    verdict: Verdict
    similarity: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot's content, as of `revision` (0: never written).

    `grade` is REVIEW while the holder needs a person. `attempt_at` is when a publish began whose end nobody knows.
    `of` is the alert that an escalation belongs to. A rejection is remembered through later claims, until one is sent.
    """

    name: SlotName
    revision: int = 0
    state: SlotState = SlotState.FREE
    holder: str | None = None
    grade: Verdict | None = None
    similarity: float | None = None
    lease_until: datetime | None = None
    attempt_at: datetime | None = None
    sent_at: datetime | None = None
    message_id: str | None = None
    rejected_at: datetime | None = None
    rejected_similarity: float | None = None
    of: str | None = None

    @property
    def kind(self) -> AlertKind:
        """What is published from here."""
        return AlertKind.ALERT if self.name is SlotName.CURRENT else AlertKind.ESCALATION

    def settled(self, now: datetime) -> bool:
        """Whether the fate of every publish from here is known."""
        return self.attempt_at is None or now >= self.attempt_at + SETTLE

    def busy(self, now: datetime) -> bool:
        """Whether its holder may still publish, or may just have published."""
        if self.state is SlotState.PENDING and self.lease_until and now <= self.lease_until:
            return True
        return self.state in (SlotState.PENDING, SlotState.RELEASED) and not self.settled(now)

    def owes_an_alert(self, now: datetime, quiet: timedelta) -> bool:
        """Whether its holder needs no person any more, but got stuck or failed: it will be done again."""
        stuck = self.state in (SlotState.PENDING, SlotState.RELEASED) and self.grade is Verdict.ALERT
        return stuck and self.lease_until is not None and now <= self.lease_until + quiet

    def attempted(self, now: datetime, lease: timedelta) -> Slot:
        """A publish begins; call it only when settled. Whoever publishes needs no person any more."""
        lasts = now + lease
        until = max(self.lease_until or lasts, lasts)
        return replace(self, attempt_at=now, lease_until=until, grade=Verdict.ALERT)

    def not_published(self) -> Slot:
        """The publish that began certainly didn't happen."""
        return replace(self, attempt_at=None)

    def sent(self, message_id: str, now: datetime) -> Slot:
        """The alert is out. A rejection from before it is answered by it, one that came while it went out is not."""
        late = self.rejected_at and self.attempt_at and self.rejected_at > self.attempt_at
        known = self if late else replace(self, rejected_at=None, rejected_similarity=None)
        return replace(known, state=SlotState.SENT, attempt_at=None, sent_at=now, message_id=message_id)

    def released(self, outcome: Outcome, now: datetime) -> Slot:
        """The holder gives it back; a publish whose end isn't known keeps it busy until that is settled.

        One that failed will be done again, and keeps its grade.
        """
        if outcome is Outcome.REJECTED:
            return self.rejected(self.similarity or 0.0, now)
        return replace(self, state=SlotState.RELEASED, grade=self.grade if outcome is Outcome.FAILED else None)

    def rejected(self, similarity: float, now: datetime) -> Slot:
        """A person said no to the sighting that holds it, which had this similarity."""
        return replace(self.warned(similarity, now), state=SlotState.REJECTED, attempt_at=None)

    def warned(self, similarity: float, now: datetime) -> Slot:
        """A person said no to an earlier sighting, of this similarity."""
        return replace(self, rejected_at=now, rejected_similarity=max(similarity, self.rejected_similarity or 0.0))

    def in_doubt(self, now: datetime, quiet: timedelta) -> bool:
        """Whether a person has said no within the window: nothing goes out from here unasked."""
        return self.rejected_at is not None and now <= self.rejected_at + quiet


@dataclass(frozen=True, slots=True)
class Slots:
    """Both slots of a (case, place), read together."""

    current: Slot = Slot(SlotName.CURRENT)
    escalation: Slot = Slot(SlotName.ESCALATION)

    def __iter__(self) -> Iterator[Slot]:
        return iter((self.current, self.escalation))

    def claimed_by(self, holder: str) -> Slot | None:
        """The slot that the detection holds, PENDING or SENT."""
        held = (SlotState.PENDING, SlotState.SENT)
        return next((slot for slot in self if slot.holder == holder and slot.state in held), None)

    def published_by(self, holder: str) -> Slot | None:
        """The slot from which a message of the detection must have come, also if it has given it back since."""
        released = (s for s in self if s.holder == holder and s.state is SlotState.RELEASED and s.attempt_at)
        return self.claimed_by(holder) or next(released, None)


class Reservation(StrEnum):
    """The answer to a claim."""

    RESERVED = "RESERVED"
    DUPLICATE = "DUPLICATE"
    SUPPRESSED = "SUPPRESSED"


@dataclass(frozen=True, slots=True)
class Answer:
    """`slot` is the reserved one as it must be written (its own revision: SENT already, nothing to write).

    `ask`: a person decides before anything goes out. `of` is the detection that a duplicate repeats.
    """

    outcome: Reservation
    slot: Slot | None = None
    ask: bool = False
    of: str | None = None


def reserve(slots: Slots, claim: Claim, now: datetime, policy: Policy) -> Answer:
    """Decide about a claim."""
    mine = slots.claimed_by(claim.holder)
    if mine and mine.state is SlotState.SENT:
        return Answer(Reservation.RESERVED, mine)
    current, quiet = slots.current, timedelta(seconds=policy.quiet_seconds)
    rejected = current.in_doubt(now, quiet)
    if rejected and claim.similarity < (current.rejected_similarity or 0.0) + policy.escalation_margin:
        return Answer(Reservation.SUPPRESSED, of=current.holder)
    if slots.escalation.holder == claim.holder and not rejected:  # begun once, it stays one
        return _reserved(slots.escalation, claim, Verdict.ALERT, now, policy, slots.escalation.of)
    if current.state is SlotState.SENT and current.sent_at and now <= current.sent_at + quiet:
        return Answer(Reservation.DUPLICATE, of=current.holder) if rejected else _escalate(slots, claim, now, policy)
    grade = Verdict.REVIEW if rejected else claim.verdict
    if current.holder != claim.holder and not _may_take(current, grade, now, quiet):
        return Answer(Reservation.DUPLICATE, of=current.holder)
    return _reserved(current, claim, grade, now, policy, None)


def _may_take(slot: Slot, grade: Verdict, now: datetime, quiet: timedelta) -> bool:
    """Whether a claim of this grade gets a slot that somebody else has had.

    An alert goes before a question that nobody has answered yet; a question never goes before an alert.
    """
    if grade is Verdict.REVIEW:
        return not slot.busy(now) and not slot.owes_an_alert(now, quiet)
    return not slot.busy(now) or (slot.grade is Verdict.REVIEW and slot.settled(now))


def _escalate(slots: Slots, claim: Claim, now: datetime, policy: Policy) -> Answer:
    alert, slot = slots.current, slots.escalation
    clearer = claim.similarity >= (alert.similarity or 0.0) + policy.escalation_margin
    done = slot.of == alert.holder and slot.state is SlotState.SENT
    if claim.verdict is not Verdict.ALERT or not clearer or done or slot.busy(now):
        return Answer(Reservation.DUPLICATE, of=alert.holder)
    return _reserved(slot, claim, Verdict.ALERT, now, policy, alert.holder)


def _reserved(slot: Slot, claim: Claim, grade: Verdict, now: datetime, policy: Policy, of: str | None) -> Answer:
    ask = grade is Verdict.REVIEW
    # While a person thinks, the claim must not run out.
    lease = timedelta(seconds=policy.lease_seconds + (policy.review_seconds if ask else 0))
    again = slot.holder == claim.holder and slot.state in (SlotState.PENDING, SlotState.RELEASED)
    taken = replace(
        slot,
        state=SlotState.PENDING,
        holder=claim.holder,
        # A holder that people have confirmed keeps what it had won; they aren't asked twice.
        grade=Verdict.ALERT if again and slot.grade is Verdict.ALERT else grade,
        similarity=claim.similarity,
        lease_until=now + lease,
        attempt_at=slot.attempt_at if again else None,
        sent_at=None,
        message_id=None,
        of=of,
    )
    return Answer(Reservation.RESERVED, taken, ask, of)
