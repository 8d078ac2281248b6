"""Ports in memory, with the same rules as their adapters; for tests of single steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from homeward.domain.audit import AuditEvent
from homeward.domain.detections import Detection, DetectionState, Outcome, Picture
from homeward.domain.errors import ConflictError, NotFoundError
from homeward.domain.policy import Policy
from homeward.domain.ports import SearchResult
from tests.factories import policy

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@dataclass
class FakeDetections:
    """DetectionStore."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[AuditEvent] = field(default_factory=list)

    def receive(self, detection: Detection, event: AuditEvent) -> bool:
        if detection.detection_id in self.rows:
            return False
        self.rows[detection.detection_id] = {**detection.to_json(), "state": "RECEIVED"}
        self.events.append(event)
        return True

    def get(self, detection_id: str) -> dict[str, Any]:
        if detection_id not in self.rows:
            raise NotFoundError(detection_id)
        return self.rows[detection_id]

    def advance(
        self,
        detection_id: str,
        from_states: Sequence[DetectionState],
        to: DetectionState,
        changes: Mapping[str, Any],
        event: AuditEvent,
        outcome: Outcome | None = None,
    ) -> None:
        row = self.rows.get(detection_id, {})
        if row.get("state") not in from_states:
            raise ConflictError(f"{detection_id} is {row.get('state')}")
        row.update(changes, state=to.value, **({"outcome": outcome.value} if outcome else {}))
        self.events.append(event)


@dataclass
class FakeLog:
    """AuditLog."""

    events: list[AuditEvent] = field(default_factory=list)

    def append(self, event: AuditEvent) -> None:
        self.events.append(event)

    def story(self, subject: str) -> list[AuditEvent]:
        return [event for event in self.events if event.subject == subject]


@dataclass
class FakeObjects:
    """ObjectStore that holds metadata by key."""

    held: dict[str, dict[str, str]]

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        raise AssertionError("nothing is stored here")

    def get(self, bucket: str, key: str) -> bytes:
        raise AssertionError("nothing is read here")

    def metadata(self, bucket: str, key: str, version: str | None) -> dict[str, str]:
        if key not in self.held:
            raise NotFoundError(key)
        return self.held[key]


@dataclass
class FakeMachines:
    """Machines; starting twice under one name starts once."""

    started: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    broken: Exception | None = None

    def start(self, machine_arn: str, name: str, payload: Mapping[str, Any]) -> bool:
        if self.broken:
            raise self.broken
        if name in self.started:
            return False
        self.started[name] = payload
        return True

    def succeed(self, token: str, output: Mapping[str, Any]) -> None:
        raise AssertionError("nobody waits here")


@dataclass
class FakeFaces:
    """FaceCollection that gives the same answer to every search."""

    answer: SearchResult
    searches: int = 0

    def search(self, picture: Picture, threshold: float, max_faces: int) -> SearchResult:
        self.searches += 1
        return self.answer

    def index(self, photo: Any, bucket: str, object_key: str) -> Any:
        raise AssertionError("nothing is indexed here")


@dataclass
class FakePublisher:
    """Publisher and DeadLetters."""

    published: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    letters: list[Mapping[str, Any]] = field(default_factory=list)

    def publish(self, topic_arn: str, subject: str, texts: Mapping[str, str], attributes: Mapping[str, str]) -> str:
        self.published.append((topic_arn, texts))
        return f"message-{len(self.published)}"

    def send(self, body: Mapping[str, Any]) -> None:
        self.letters.append(body)


def live_policy() -> Policy:
    return policy()
