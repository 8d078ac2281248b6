"""Ports in memory, with the same rules as their adapters; for tests of single steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from homeward.domain.audit import AuditEvent
from homeward.domain.detections import Detection, DetectionState, Outcome, Picture
from homeward.domain.errors import ConflictError, NotFoundError, ServiceUnavailableError
from homeward.domain.frames import Frame, FrameOutcome, FrameState
from homeward.domain.policy import Policy
from homeward.domain.ports import FoundFaces, SearchResult
from homeward.domain.runbooks import Runbook
from homeward.domain.staff import staff_id
from tests.factories import policy

STAFF_KEY = b"a key"
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

    def get_many(self, detection_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {one: self.rows[one] for one in detection_ids if one in self.rows}

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

    def story_of_case(self, case: str) -> list[AuditEvent]:
        return [event for event in self.events if event.case == case]


def actor_of(name: str) -> str:
    """The actor that stands for a person in events."""
    return f"person:{staff_id(name, STAFF_KEY)}"


@dataclass
class FakeStaff:
    """StaffList."""

    names: dict[str, str] = field(default_factory=dict)

    def id_of(self, name: str) -> str:
        found = staff_id(name, STAFF_KEY)
        self.names.setdefault(found, name)
        return found

    def name_of(self, staff_id: str) -> str | None:
        return self.names.get(staff_id)

    def forget(self, name: str) -> bool:
        return self.names.pop(staff_id(name, STAFF_KEY), None) is not None


@dataclass
class FakePictures:
    """PictureStore; `held` maps keys to what they hold now. What was put and deleted is counted."""

    held: dict[str, tuple[bytes, Mapping[str, str]]] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    deleted: list[Picture] = field(default_factory=list)
    broken_after: int | None = None

    def metadata(self, picture: Picture) -> dict[str, str]:
        return dict(self._held(picture)[1])

    def read(self, picture: Picture) -> bytes:
        return self._held(picture)[0]

    def put_once(self, picture: Picture, body: bytes, metadata: Mapping[str, str]) -> None:
        if len(self.puts) == self.broken_after:
            raise ServiceUnavailableError("S3 went away")
        if picture.key not in self.held:
            self.held[picture.key] = (body, metadata)
            self.puts.append(picture.key)

    def delete(self, picture: Picture) -> None:
        self.held.pop(picture.key, None)
        self.deleted.append(picture)

    def _held(self, picture: Picture) -> tuple[bytes, Mapping[str, str]]:
        if picture.key not in self.held:
            raise NotFoundError(picture.key)
        return self.held[picture.key]


@dataclass
class FakeFrames:
    """FrameStore; `detections` are those that have started."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[AuditEvent] = field(default_factory=list)
    detections: set[str] = field(default_factory=set)

    def receive(self, frame: Frame, event: AuditEvent) -> bool:
        if frame.frame_id in self.rows:
            return False
        self.rows[frame.frame_id] = {**frame.to_json(), "state": "RECEIVED"}
        self.events.append(event)
        return True

    def get(self, frame_id: str) -> dict[str, Any]:
        if frame_id not in self.rows:
            raise NotFoundError(frame_id)
        return dict(self.rows[frame_id])

    def advance(
        self,
        frame_id: str,
        from_states: Sequence[FrameState],
        to: FrameState,
        changes: Mapping[str, Any],
        event: AuditEvent,
        outcome: FrameOutcome | None = None,
    ) -> None:
        row = self.rows.get(frame_id, {})
        if row.get("state") not in from_states:
            raise ConflictError(f"{frame_id} is {row.get('state')}")
        row.update(changes, state=to.value, **({"outcome": outcome.value} if outcome else {}))
        self.events.append(event)

    def note_deleted(self, frame_id: str, event: AuditEvent) -> None:
        row = self.rows.get(frame_id, {"picture_deleted_at": ""})
        if "picture_deleted_at" in row:
            raise ConflictError(frame_id)
        row["picture_deleted_at"] = event.at
        self.events.append(event)

    def started(self, detection_ids: Sequence[str]) -> set[str]:
        return self.detections & set(detection_ids)


@dataclass
class FakeMachines:
    """Machines; starting twice under one name starts once."""

    started: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    arns: dict[str, str] = field(default_factory=dict)
    broken: Exception | None = None

    def start(self, machine_arn: str, name: str, payload: Mapping[str, Any]) -> bool:
        if self.broken:
            raise self.broken
        if name in self.started:
            return False
        self.started[name] = payload
        self.arns[name] = machine_arn
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

    def delete(self, face_ids: Sequence[str]) -> None:
        raise AssertionError("nothing is deleted here")


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


@dataclass
class FakeOperators:
    """Operators who remember what they were told."""

    told: list[tuple[str, str, Runbook]] = field(default_factory=list)

    def tell(self, subject: str, text: str, runbook: Runbook) -> None:
        self.told.append((subject, text, runbook))


@dataclass
class FakeObjects:
    """ObjectStore of small objects, by `bucket/key`."""

    files: dict[str, bytes] = field(default_factory=dict)

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        self.files[f"{bucket}/{key}"] = body

    def get(self, bucket: str, key: str) -> bytes:
        if f"{bucket}/{key}" not in self.files:
            raise NotFoundError(f"there is no {bucket}/{key}")
        return self.files[f"{bucket}/{key}"]


def live_policy() -> Policy:
    return policy()


@dataclass
class FakeDetector:
    """FaceDetector that gives the same answer to everything."""

    answer: FoundFaces

    def detect(self, picture: Picture) -> FoundFaces:
        return self.answer
