"""The steps around an alert, wired over stores in memory, with time and outside world in the test's hands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.cases import Case, CaseKey, PhotoClass, PhotoKey
from homeward.domain.claims import Slots
from homeward.domain.detections import Detection, DetectionState
from homeward.domain.policy import Policy
from homeward.domain.ports import SearchResult
from homeward.steps.answer_review import AnswerReview
from homeward.steps.assess_candidates import AssessCandidates, Judge
from homeward.steps.confirm_alert import ConfirmAlert
from homeward.steps.crops import Crops
from homeward.steps.mark_look_alike import MarkLookAlike
from homeward.steps.mark_sent import MarkSent
from homeward.steps.publish_alert import PublishAlert
from homeward.steps.release_alert import ReleaseAlert
from homeward.steps.request_review import RequestReview
from homeward.steps.reserve_alert import ReserveAlert
from homeward.steps.retract_alert import RetractAlert
from homeward.steps.search_faces import SearchFaces
from tests.factories import case, case_key, detection, policy
from tests.fakes import FakeFaces, FakePictures
from tests.memory import MemoryAlerts, MemoryAudit, MemoryDetections, MemoryLookAlikes, MemoryReviews, Tables

TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts"
DECISION = {
    "verdict": "ALERT",
    "reasons": ["ABOVE_ALERT_THRESHOLD"],
    "policy_version": "test-1",
    "best": {"case": str(case_key()), "similarity": 97.0},
    "thresholds": {"review": 88.0, "alert": 95.0},
    "reviewers": 1,
}


@dataclass
class Cases:
    """As much of CaseStore as alerts need."""

    held: dict[CaseKey, Case] = field(default_factory=lambda: {case_key(): case()})

    def get_cases(self, keys: Iterable[CaseKey]) -> dict[CaseKey, Case]:
        return {key: self.held[key] for key in keys if key in self.held}

    def indexed_classes(self, photos: Iterable[PhotoKey]) -> dict[PhotoKey, PhotoClass]:
        return dict.fromkeys(photos, PhotoClass.FACIAL)


@dataclass
class Topic:
    """Publisher. `fails` holds what happens to the next messages: the error, and if they go out all the same."""

    sent: list[tuple[str, dict[str, str], dict[str, str | float]]] = field(default_factory=list)
    fails: list[tuple[Exception, bool]] = field(default_factory=list)

    def publish(
        self, topic_arn: str, subject: str, texts: Mapping[str, str], attributes: Mapping[str, str | float]
    ) -> str:
        failure, goes_out = self.fails.pop(0) if self.fails else (None, True)
        if goes_out:
            self.sent.append((topic_arn, dict(texts), dict(attributes)))
        if failure:
            raise failure
        return f"message-{len(self.sent)}"

    @property
    def receipt(self) -> dict[str, Any]:
        """What SNS hands to Confirm Alert for the last message."""
        message = {"MessageId": f"message-{len(self.sent)}", "Message": self.sent[-1][1]["default"]}
        return {"Records": [{"EventSource": "aws:sns", "Sns": message}]}


@dataclass
class Waiting:
    """Machines: the tokens that are waited for, and what they were told."""

    tokens: set[str] = field(default_factory=set)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    fails: Exception | None = None

    def succeed(self, token: str, output: Mapping[str, Any]) -> None:
        if self.fails:
            raise self.fails
        self.told.append((token, dict(output)))


@dataclass
class Desk:
    """Everything that one detection needs after it was searched."""

    rules: Policy = field(default_factory=lambda: policy(lease_seconds=900))
    now: datetime = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
    tables: Tables = field(default_factory=Tables)
    topic: Topic = field(default_factory=Topic)
    machines: Waiting = field(default_factory=Waiting)
    pictures: FakePictures = field(default_factory=FakePictures)
    cases: Cases = field(default_factory=Cases)

    def __post_init__(self) -> None:
        tables, clock, live = self.tables, lambda: self.now, lambda: self.rules
        self.alerts, self.detections = MemoryAlerts(tables), MemoryDetections(tables)
        self.reviews, self.look_alikes, self.audit = (
            MemoryReviews(tables),
            MemoryLookAlikes(tables),
            MemoryAudit(tables),
        )
        self.crops = crops = Crops(self.pictures, live)
        self.judge = Judge(self.cases, self.look_alikes, clock)  # type: ignore[arg-type]
        self.assess = AssessCandidates(self.judge, self.detections, crops, live, clock)
        self.reserve = ReserveAlert(self.alerts, self.detections, crops, live, clock)
        self.request_review = RequestReview(self.reviews, self.machines, clock)  # type: ignore[arg-type]
        self.answer = AnswerReview(self.reviews, self.machines, clock)  # type: ignore[arg-type]
        self.publish = PublishAlert(self.alerts, self.cases, self.topic, live, TOPIC, clock)  # type: ignore[arg-type]
        self.mark_sent = MarkSent(self.alerts, self.detections, crops, clock)
        self.confirm = ConfirmAlert(self.mark_sent, self.audit, clock)
        self.release = ReleaseAlert(self.alerts, self.detections, self.reviews, crops, clock)
        self.retract = RetractAlert(self.alerts, self.detections, self.cases, self.topic, TOPIC, clock)  # type: ignore[arg-type]
        self.mark_look_alike = MarkLookAlike(self.look_alikes, self.cases, clock)  # type: ignore[arg-type]

    def search(self, answer: SearchResult) -> SearchFaces:
        """Search Faces with this answer of the collection."""
        return SearchFaces(FakeFaces(answer), self.detections, self.crops, lambda: self.rules, lambda: self.now)

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def received(self, shot: str = "1") -> Detection:
        """A detection whose picture has arrived."""
        found = detection(shot=shot)
        self.detections.receive(found, self.event(found))
        self.pictures.held[found.picture.key] = (b"jpeg", {})
        return found

    def assessed(self, shot: str = "1", **decision: Any) -> dict[str, Any]:
        """The event for Reserve Alert of a detection that was decided about so."""
        found, decided = self.received(shot), {**DECISION, **decision}
        step = (found.detection_id, [DetectionState.RECEIVED], DetectionState.ASSESSED, {"decision": decided})
        self.detections.advance(*step, self.event(found))
        return {"detection": found.to_json(), "decision": decided, "search": {}, "confirmed_by": 0}

    def sent(self, shot: str = "1", **decision: Any) -> dict[str, Any]:
        """A detection whose alert went out."""
        event = self.assessed(shot, **decision)
        assert self.reserve(event)["outcome"] == "RESERVED"
        self.mark_sent({**event, **self.publish(event)})
        return event

    def failed(self, event: Mapping[str, Any]) -> None:
        """What Record Failure and a redrive make of a detection: it is received again."""
        self.tables.detections.update(self.id(event), {"state": "RECEIVED", "outcome": None})

    def id(self, event: Mapping[str, Any]) -> str:
        return str(event["detection"]["detection_id"])

    def event(self, found: Detection) -> AuditEvent:
        return audit_event(self.now, "test", "test", f"detection:{found.detection_id}", "x")

    def row(self, event: Mapping[str, Any]) -> dict[str, Any]:
        return self.detections.get(self.id(event))

    def end(self, event: Mapping[str, Any]) -> tuple[str, str | None]:
        row = self.row(event)
        return row["state"], row.get("outcome")

    @property
    def slots(self) -> Slots:
        return self.alerts.slots(case_key(), "central-station")

    def history(self, event: Mapping[str, Any]) -> dict[str, Any]:
        rows = self.alerts.history(case_key(), "central-station")
        return next(row for row in rows if row["alert_id"] == self.id(event))

    def story(self, event: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(action, outcome) of what the steps told, in the order in which they told it."""
        subject = f"detection:{self.id(event)}"
        told = [one for one in self.tables.events if one.subject == subject and one.actor != "test"]
        return [(one.action, one.outcome) for one in told]
