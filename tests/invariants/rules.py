"""What must be true of every history, said of what can be seen from outside: messages, rows, and the audit trail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from homeward.domain.audit import AuditEvent
from homeward.domain.claims import SETTLE
from homeward.domain.detections import Outcome
from tests.invariants.wiring import POLICY
from tests.invariants.world import QUIET, World

SKEW = timedelta(seconds=5)  # a function's clock may be wrong by so much, either way
TOLERANCE = 2 * SKEW
# A publish that has begun can't be called back.
UNDER_WAY = timedelta(seconds=20) + TOLERANCE
# The assumption that "never two" rests on: an alert's receipt is taken in time. See SETTLE.
KNOWN_WITHIN = SETTLE - UNDER_WAY
NEVER = datetime.max.replace(tzinfo=UTC)
Place = tuple[str, str]


@dataclass(frozen=True)
class Sent:
    """An alert that went out."""

    detection_id: str
    message_id: str
    at: datetime
    kind: str
    place: Place
    similarity: float
    confirmed_by: int
    escalates: str | None


class Story:
    """A history that has come to its end, ready for questions."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows = {name: world.row(name) for name in world.detections}
        self.trails: dict[str, list[AuditEvent]] = defaultdict(list)
        for event in world.tables.events:
            self.trails[event.subject.removeprefix("detection:")].append(event)
        self.sent = list(self._sent())
        receipts = world.cloud.receipts
        # Places where the assumption didn't hold.
        self.unsure = {one.place for one in self.sent if receipts.get(one.message_id, NEVER) > one.at + KNOWN_WITHIN}

    def _sent(self) -> Iterator[Sent]:
        for message in self.world.cloud.messages:
            facts = message.facts
            if facts["kind"] in ("ALERT", "ESCALATION"):
                yield Sent(
                    facts["alert_id"],
                    message.message_id,
                    message.at,
                    facts["kind"],
                    (facts["case"], facts["place"]),
                    facts["similarity"],
                    facts["confirmed_by"],
                    facts["escalates"],
                )

    def place(self, name: str) -> Place:
        """(case, place) of a detection that has a candidate."""
        return self.rows[name]["decision"]["best"]["case"], self.rows[name]["place"]

    def rejections(self, place: Place, standing: bool = False) -> list[datetime]:
        """When people said of this (case, place) that it isn't the person: in a review, or of an alert.

        `standing`: only of alerts whose own window hadn't run out; after it the slot may be somebody else's already.
        """
        names = [name for name in self.rows if (self.rows[name].get("decision") or {}).get("best")]
        return [
            _at(event)
            for name in names
            if self.place(name) == place
            for event in self.trails[name]
            if (event.action, event.outcome) == ("release_alert", "REJECTED")
            or (_retracted(event) and not (standing and self._window(name) < _at(event)))
        ]

    def _window(self, name: str) -> datetime:
        """Until when an alert (or the one that it is a clearer sighting of) surely keeps its window quiet."""
        sent = {one.detection_id: one for one in self.sent}
        return sent.get(sent[name].escalates or name, sent[name]).at + QUIET - TOLERANCE

    def people(self, name: str) -> set[str]:
        """Who confirmed."""
        return {
            event.actor
            for event in self.trails[name]
            if (event.action, event.outcome) == ("answer_review", "CONFIRMED")
        }


def _retracted(event: AuditEvent) -> bool:
    return (event.action, event.outcome, event.reasons) == ("retract_alert", "RETRACTED", ("WRONG_PERSON",))


def _at(event: AuditEvent) -> datetime:
    return datetime.fromisoformat(event.at)


def no_alert_goes_out_twice(story: Story) -> None:
    told = Counter(one.detection_id for one in story.sent if one.place not in story.unsure)
    assert not [name for name, times in told.items() if times > 1], f"sent twice: {told}"


def alerts_keep_the_quiet_window(story: Story) -> None:
    by_place: dict[Place, list[Sent]] = defaultdict(list)
    for one in story.sent:
        if one.kind == "ALERT" and one.place not in story.unsure:
            by_place[one.place].append(one)
    for place, alerts in by_place.items():
        for first, second in pairwise(alerts):
            taken_back = any(first.at - TOLERANCE <= at <= second.at + TOLERANCE for at in story.rejections(place))
            assert taken_back or second.at - first.at >= QUIET - TOLERANCE, f"{first} and then {second}"


def an_alert_escalates_at_most_once_and_only_if_clearer(story: Story) -> None:
    alerts = {one.detection_id: one for one in story.sent if one.kind == "ALERT"}
    escalations = [one for one in story.sent if one.kind == "ESCALATION" and one.place not in story.unsure]
    assert not [of for of, times in Counter(one.escalates for one in escalations).items() if times > 1]
    for one in escalations:
        assert one.escalates in alerts, f"{one} is clearer than nothing"
        first = alerts[one.escalates]
        assert first.place == one.place
        assert first.at <= one.at
        assert one.similarity >= first.similarity + POLICY.escalation_margin


def every_alert_grade_is_told(story: Story) -> None:
    for name, row in story.rows.items():
        if (row.get("decision") or {}).get("verdict") != "ALERT" or _given_up(story, name):
            continue
        asked = [_at(event) for event in story.trails[name] if event.action == "reserve_alert"]
        assert asked, f"{name} never asked for an alert: {row}"
        place, last = story.place(name), asked[-1]
        near = [one for one in story.sent if one.place == place and abs(one.at - last) <= QUIET + TOLERANCE]
        held = set(_holders(story, name))
        told = near or [one for one in story.sent if one.detection_id in held]
        refused = any(last - QUIET - TOLERANCE <= at <= last + TOLERANCE for at in story.rejections(place))
        assert told or refused, f"nobody was told of {name}: {_explained(story, name)}"


def every_detection_has_one_end(story: Story) -> None:
    for name, row in story.rows.items():
        assert row["state"] == "FINISHED", row
        failed = row["outcome"] == Outcome.FAILED
        assert not failed or "gave_up" in row, f"{name} stays failed: {_explained(story, name)}"
        ends = _ends(story, name)
        assert failed or set(ends) == {row["outcome"]}, (
            f"{name} is {row['outcome']}, its trail: {_explained(story, name)}"
        )


def the_trail_explains_the_end(story: Story) -> None:
    by_name = {one.detection_id: one for one in story.sent}
    for name, row in story.rows.items():
        trail, outcome = story.trails[name], row["outcome"]
        assert trail[0].outcome == "RECEIVED"
        answers = [event.outcome for event in trail if event.action == "answer_review"]
        unsure = name in by_name and by_name[name].place in story.unsure
        if outcome == Outcome.ALERTED and not unsure:
            told = {event.details.get("message_id") for event in trail if event.outcome == Outcome.ALERTED}
            assert told == {row["message_id"]} == {by_name[name].message_id}, f"{name}: {told}"
        silent = outcome in (Outcome.ALERTED, Outcome.FAILED) or unsure or name not in by_name
        assert silent, f"{name} was told to everybody, and ended as {outcome}: {_explained(story, name)}"
        if outcome in (Outcome.REJECTED, Outcome.INCONCLUSIVE):
            assert answers, f"{name} is {outcome}, but nobody answered"
        if outcome == Outcome.SUPPRESSED:
            asked = [_at(event) for event in trail if event.action == "reserve_alert"][-1]
            assert any(
                asked - QUIET - TOLERANCE <= at <= asked + TOLERANCE for at in story.rejections(story.place(name))
            )
        if outcome == Outcome.DUPLICATE:
            assert next(_holders(story, name), None), f"{name} repeats nothing: {_explained(story, name)}"


def people_decide_where_they_must(story: Story) -> None:
    for one in story.sent:
        decision, people = story.rows[one.detection_id]["decision"], story.people(one.detection_id)
        assert one.confirmed_by <= len(people)
        if decision["verdict"] == "REVIEW":
            assert one.confirmed_by >= decision["reviewers"], f"{one} was confirmed by {people}"


def a_rejection_keeps_the_window_quiet(story: Story) -> None:
    """Until a person says yes to a clearer sighting: the newest word of a person counts."""
    for one in story.sent:
        inside = (one.at - QUIET + TOLERANCE, one.at - UNDER_WAY)
        yes = [
            other.at for other in story.sent if other.place == one.place and other.confirmed_by and other.at < one.at
        ]
        standing = [at for at in story.rejections(one.place, standing=True) if not any(at < later for later in yes)]
        if any(inside[0] < at < inside[1] for at in standing):
            assert one.confirmed_by, f"{one} went out unasked after a rejection"


def what_nobody_needs_is_deleted(story: Story) -> None:
    for name, row in story.rows.items():
        kept = row["picture"]["key"] in story.world.pictures.places
        wanted = row["outcome"] == Outcome.FAILED or Outcome(row["outcome"]) in POLICY.keep_days
        # An execution that was aborted between the end and the deletion leaves the crop to S3's own rule.
        assert kept == wanted or (kept and story.world.aborted(name)), (
            f"the crop of {name} ({row['outcome']}) is {'kept' if kept else 'gone'}"
        )
        assert wanted == bool(row.get("keep_until")) or row["outcome"] == Outcome.FAILED


def nothing_is_left(story: Story) -> None:
    assert not story.world.cloud.surprises
    assert not story.world.parked
    assert not [
        name
        for name, review in story.world.tables.reviews.items()
        if review["state"] == "OPEN" and not _given_up(story, name)
    ]


RULES = (
    every_detection_has_one_end,
    no_alert_goes_out_twice,
    alerts_keep_the_quiet_window,
    an_alert_escalates_at_most_once_and_only_if_clearer,
    every_alert_grade_is_told,
    the_trail_explains_the_end,
    people_decide_where_they_must,
    a_rejection_keeps_the_window_quiet,
    what_nobody_needs_is_deleted,
    nothing_is_left,
)


def check(world: World) -> Story:
    """Hold a history that has healed to every rule."""
    story = Story(world)
    for rule in RULES:
        rule(story)
    return story


def _ends(story: Story, name: str) -> list[str]:
    """The ends for good in a detection's trail."""
    found = []
    for event in story.trails[name]:
        outcome = "DISCARDED" if event.outcome == "DISCARD" else event.outcome
        if event.action in ENDING and outcome in Outcome.__members__ and outcome != Outcome.FAILED:
            found.append(outcome)
    return found


ENDING = ("search_faces", "assess_candidates", "reserve_alert", "release_alert", "publish_alert")


def _holders(story: Story, name: str) -> Iterator[str]:
    """Whom a duplicate repeats, and whom those repeat in turn."""
    seen = {name}
    while (of := _alert_row(story, name).get("of")) and of not in seen:
        yield of
        seen.add(of)
        name = of


def _alert_row(story: Story, name: str) -> dict[str, Any]:
    return story.world.tables.alerts.get((*story.place(name), name)) or {}


def _given_up(story: Story, name: str) -> bool:
    """Whether it, or what it repeats, was given up and told to the operators."""
    return any("gave_up" in story.rows[one] for one in (name, *_holders(story, name)))


def _explained(story: Story, name: str) -> str:
    return "\n".join(
        f"  {event.at} {event.actor} {event.action} {event.outcome} {event.reasons}" for event in story.trails[name]
    )
