"""The stores in memory: dicts with the rules of the DynamoDB adapters, held to the same contract tests.

Rows are kept as JSON text, so nobody shares a value with the table; like DynamoDB, a `put` leaves None values out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from homeward.domain.audit import AuditEvent
from homeward.domain.cases import CaseKey
from homeward.domain.claims import AlertState, Slot, SlotName, Slots
from homeward.domain.detections import Detection, DetectionState, Outcome, day_of, iso
from homeward.domain.errors import ConflictError, NotFoundError
from homeward.domain.ports import AlertChange, LookAlike, Move
from homeward.domain.redrive import MAX_REDRIVES, Work
from homeward.domain.reviews import ReviewAnswer, ReviewState, ReviewVerdict

Row = dict[str, Any]
_ASKED = Move((DetectionState.RESERVED, DetectionState.IN_REVIEW), DetectionState.IN_REVIEW)


class Table:
    """Rows by key."""

    def __init__(self) -> None:
        self._rows: dict[Any, str] = {}

    def get(self, key: Any) -> Row | None:
        """A copy of a row."""
        return json.loads(self._rows[key]) if key in self._rows else None

    def put(self, key: Any, row: Mapping[str, Any]) -> None:
        """Replace a row."""
        self._rows[key] = json.dumps({name: value for name, value in row.items() if value is not None})

    def update(self, key: Any, changes: Mapping[str, Any], remove: Iterable[str] = ()) -> None:
        """Set some values, remove others."""
        row = {**(self.get(key) or {}), **changes}
        self._rows[key] = json.dumps({name: value for name, value in row.items() if name not in remove})

    def items(self) -> list[tuple[Any, Row]]:
        """Every row, by key."""
        return [(key, json.loads(self._rows[key])) for key in sorted(self._rows)]


@dataclass
class Tables:
    """All tables; what a store writes, it writes at once."""

    detections: Table = field(default_factory=Table)
    slots: dict[tuple[str, str, SlotName], Slot] = field(default_factory=dict)
    alerts: Table = field(default_factory=Table)
    reviews: Table = field(default_factory=Table)
    look_alikes: set[tuple[CaseKey, CaseKey]] = field(default_factory=set)
    events: list[AuditEvent] = field(default_factory=list)

    def moved(self, detection_id: str, move: Move, at: str) -> Callable[[], None]:
        """Check a move now; the answer does it."""
        row = self.detections.get(detection_id) or {}
        again = move.after_failure and (row.get("state"), row.get("outcome")) == ("FINISHED", "FAILED")
        if row.get("state") not in move.from_states and not again:
            raise ConflictError(f"{detection_id} is {row.get('state')}")
        changes = {**move.changes, "state": move.to.value, f"{move.to.value.lower()}_at": at}
        if move.outcome:
            changes["outcome"] = move.outcome.value
        over = move.to is DetectionState.FINISHED and move.outcome is not Outcome.FAILED
        unfinished = {} if over else {"unfinished": (move.outcome or move.to).value, "moved_at": at}
        ended = ("unfinished", "moved_at") if over else ()
        return lambda: self.detections.update(detection_id, {**changes, **unfinished}, ended)


@dataclass
class MemoryDetections:
    """DetectionStore."""

    tables: Tables

    def receive(self, detection: Detection, event: AuditEvent) -> bool:
        if self.tables.detections.get(detection.detection_id):
            return False
        state = {"state": "RECEIVED", "received_at": event.at, "unfinished": "RECEIVED", "moved_at": event.at}
        self.tables.detections.put(detection.detection_id, {**detection.to_json(), **state})
        self.tables.events.append(event)
        return True

    def get(self, detection_id: str) -> Row:
        if (row := self.tables.detections.get(detection_id)) is None:
            raise NotFoundError(f"no detection {detection_id}")
        return row

    def get_many(self, detection_ids: Sequence[str]) -> dict[str, Row]:
        return {one: row for one in detection_ids if (row := self.tables.detections.get(one)) is not None}

    def advance(
        self,
        detection_id: str,
        from_states: Sequence[DetectionState],
        to: DetectionState,
        changes: Mapping[str, Any],
        event: AuditEvent,
        outcome: Outcome | None = None,
    ) -> None:
        self.tables.moved(detection_id, Move(tuple(from_states), to, changes, outcome), event.at)()
        self.tables.events.append(event)


@dataclass
class MemoryAlerts:
    """AlertStore."""

    tables: Tables

    def slots(self, case: CaseKey, place: str) -> Slots:
        names = (SlotName.CURRENT, SlotName.ESCALATION)
        return Slots(*(self.tables.slots.get((str(case), place, name), Slot(name)) for name in names))

    def write(self, change: AlertChange, event: AuditEvent) -> None:
        place = (str(change.case), change.place)
        key, move = (*place, change.detection_id), None
        if change.slot:
            stored = self.tables.slots.get((*place, change.slot.name))
            if (stored.revision if stored else 0) != change.slot.revision:
                raise ConflictError(f"{change.slot.name} is written by somebody else")
        if change.row_was and (self.tables.alerts.get(key) or {}).get("state") != change.row_was:
            raise ConflictError(f"the row of {change.detection_id} isn't {change.row_was}")
        if change.move:
            move = self.tables.moved(change.detection_id, change.move, event.at)
        if change.slot:
            self.tables.slots[(*place, change.slot.name)] = replace(change.slot, revision=change.slot.revision + 1)
        if change.row:
            stands = {"sent_case": place[0]} if change.row.get("state") == AlertState.SENT else {}
            told = ("sent_case",) if "retraction_id" in change.row else ()
            names = {"case_place": "#".join(place), "alert_id": change.detection_id}
            if day := day_of(change.detection_id):
                names["day"] = day.isoformat()
            self.tables.alerts.update(key, {**names, **change.row, **stands}, told)
        if move:
            move()
        self.tables.events.append(event)

    def history(self, case: CaseKey, place: str) -> list[Row]:
        return [row for key, row in self.tables.alerts.items() if key[:2] == (str(case), place)]

    def of_day(self, day: date) -> list[Row]:
        return [
            {**row, "case": key[0], "place": key[1]}
            for key, row in self.tables.alerts.items()
            if row.get("day") == day.isoformat()
        ]

    def sent_of(self, case: CaseKey, since: datetime) -> list[Row]:
        rows = [row for _, row in self.tables.alerts.items() if row.get("sent_case") == str(case)]
        return sorted((row for row in rows if row["sent_at"] >= iso(since)), key=lambda row: str(row["sent_at"]))


@dataclass
class MemoryReviews:
    """ReviewStore."""

    tables: Tables

    def open(
        self,
        detection_id: str,
        token: str,
        question: Mapping[str, Any],
        reviewers: int,
        expires_at: datetime,
        event: AuditEvent,
    ) -> None:
        if (self.tables.reviews.get(detection_id) or {}).get("state") == ReviewState.DECIDED:
            raise ConflictError(f"the review of {detection_id} is decided")
        asked = self.tables.moved(detection_id, _ASKED, event.at)
        review = {
            "detection_id": detection_id,
            "state": ReviewState.OPEN.value,
            "open": ReviewState.OPEN.value,
            "token": token,
            "question": question,
            "reviewers": reviewers,
            "case": event.case,
            "asked_at": event.at,
            "expires_at": iso(expires_at),
        }
        self.tables.reviews.update(detection_id, review)
        asked()
        self.tables.events.append(event)

    def reopen(self, detection_id: str, token: str, event: AuditEvent) -> None:
        self._check(detection_id, ReviewState.DECIDED)
        self.tables.moved(detection_id, _ASKED, event.at)()
        self.tables.reviews.update(detection_id, {"token": token})
        self.tables.events.append(event)

    def get(self, detection_id: str) -> Row:
        if (review := self.tables.reviews.get(detection_id)) is None:
            raise NotFoundError(f"no review for detection {detection_id}")
        return {"answers": [], "verdict": None, **review}

    def list_open(self, limit: int | None = None) -> list[Row]:
        opened = [review for _, review in self.tables.reviews.items() if "open" in review]
        return sorted(opened, key=lambda review: str(review["expires_at"]))[:limit]

    def count_open(self) -> int:
        return len(self.list_open())

    def answer(
        self,
        detection_id: str,
        answers: Sequence[ReviewAnswer],
        verdict: ReviewVerdict | None,
        now: datetime,
        event: AuditEvent,
    ) -> None:
        review = self._check(detection_id, ReviewState.OPEN)
        if review["expires_at"] <= iso(now) or len(review.get("answers", [])) != len(answers) - 1:
            raise ConflictError(f"the review of {detection_id} moved on")
        changes: Row = {"answers": [asdict(one) for one in answers]}
        if verdict:
            changes |= {"state": ReviewState.DECIDED.value, "verdict": verdict.value, "decided_at": iso(now)}
        self.tables.reviews.update(detection_id, changes, ("open",) if verdict else ())
        self.tables.events.append(event)

    def expire(self, detection_id: str, event: AuditEvent) -> None:
        self._check(detection_id, ReviewState.OPEN)
        self.tables.reviews.update(detection_id, {"state": ReviewState.EXPIRED.value}, ("open",))
        self.tables.events.append(event)

    def _check(self, detection_id: str, state: ReviewState) -> Row:
        review = self.tables.reviews.get(detection_id) or {}
        if review.get("state") != state:
            raise ConflictError(f"the review of {detection_id} is {review.get('state')}")
        return review


@dataclass
class MemoryLookAlikes:
    """LookAlikeStore."""

    tables: Tables

    def mark(self, pair: LookAlike, events: Sequence[AuditEvent]) -> None:
        self.tables.look_alikes |= {(pair.case, pair.other), (pair.other, pair.case)}
        self.tables.events.extend(events)

    def of(self, case: CaseKey) -> frozenset[CaseKey]:
        return frozenset(other for one, other in self.tables.look_alikes if one == case)

    def pairs(self) -> Iterator[tuple[CaseKey, CaseKey]]:
        yield from ((one, other) for one, other in self.tables.look_alikes if one < other)


@dataclass
class MemoryAudit:
    """AuditLog."""

    tables: Tables

    def append(self, event: AuditEvent) -> None:
        self.tables.events.append(event)

    def story(self, subject: str) -> list[AuditEvent]:
        return self._told(lambda event: event.subject == subject)

    def story_of_case(self, case: str) -> list[AuditEvent]:
        return self._told(lambda event: event.case == case)

    def _told(self, wanted: Callable[[AuditEvent], bool]) -> list[AuditEvent]:
        return sorted(filter(wanted, self.tables.events), key=lambda event: event.event_id)


@dataclass
class MemoryWork:
    """WorkStore of the detections."""

    tables: Tables

    def unfinished(self, states: Sequence[str], before: datetime, limit: int) -> list[str]:
        rows = self.tables.detections.items()
        found: list[str] = []
        for state in states:
            stuck = [(row["moved_at"], key) for key, row in rows if row.get("unfinished") == state]
            found += [key for moved_at, key in sorted(stuck) if moved_at < iso(before)]
        return found[:limit]

    def get(self, work_id: str) -> Work:
        if (row := self.tables.detections.get(work_id)) is None:
            raise NotFoundError(f"there is no detection {work_id}")
        return Work(
            work_id=work_id,
            payload=Detection.from_json(row).to_json(),
            state=row["state"],
            outcome=row.get("outcome"),
            moved_at=datetime.fromisoformat(row["moved_at"]) if "moved_at" in row else None,
            redrives=row.get("redrives", 0),
            allowed=row.get("redrives_allowed", MAX_REDRIVES),
            problem=row.get("failure", {}).get("error", ""),
            given_up="gave_up" in row,
        )

    def begin_again(self, work: Work, allowed: int, event: AuditEvent) -> None:
        changes = {
            "state": "RECEIVED",
            "unfinished": "RECEIVED",
            "moved_at": event.at,
            "redrives": work.redrives + 1,
            "redrives_allowed": allowed,
        }
        self._write(work, changes, ("outcome", "failure", "gave_up"), event)

    def give_up(self, work: Work, letter: Mapping[str, Any], event: AuditEvent) -> None:
        gave_up = {"state": "FINISHED", "outcome": "FAILED", "gave_up": {"at": event.at, "letter": letter}}
        self._write(work, gave_up, ("unfinished", "moved_at"), event)

    def _write(self, work: Work, changes: Mapping[str, Any], remove: Sequence[str], event: AuditEvent) -> None:
        row = self.tables.detections.get(work.work_id) or {}
        seen = row.get("moved_at") == iso(work.moved_at) if work.moved_at else "gave_up" in row
        if row.get("state") != work.state or not seen:
            raise ConflictError(f"{work.work_id} moved in between")
        self.tables.detections.update(work.work_id, changes, remove)
        self.tables.events.append(event)
