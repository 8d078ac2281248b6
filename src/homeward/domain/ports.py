"""What the steps need from the outside, as Protocols. Adapters implement them; steps import nothing else.

Rule: a method that changes a record takes the audit event of that change, and writes both in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from homeward.domain.audit import AuditEvent
from homeward.domain.cases import Case, CaseKey, Photo, PhotoClass, PhotoKey
from homeward.domain.detections import Detection, DetectionState, FaceMatch, Outcome, Picture, ProbeFace
from homeward.domain.policy import Policy
from homeward.domain.sources import SourceRecord, Sweep, Traffic
from homeward.domain.suppressions import Suppression
from homeward.domain.sync import KnownCase


class Clock(Protocol):
    """Tells the time, in UTC."""

    def __call__(self) -> datetime:
        """Return the time now."""


# --------------------------------------------------------------------------------------------- faces


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Matches for the largest face of a picture; `probe` is None when it holds no face that can be searched for."""

    probe: ProbeFace | None
    matches: tuple[FaceMatch, ...]
    unusable: str | None = None


@dataclass(frozen=True, slots=True)
class IndexResult:
    """What IndexFaces made of a photo: a face, or the reason why there is none."""

    face_id: str | None
    reason: str | None


class FaceCollection(Protocol):
    """The live collection in Amazon Rekognition."""

    def search(self, picture: Picture, threshold: float, max_faces: int) -> SearchResult:
        """Find faces like the largest one of a picture; `threshold` is a similarity (0-100)."""

    def index(self, photo: PhotoKey, bucket: str, object_key: str) -> IndexResult:
        """Add the one usable face of a stored photo; again for the same photo changes nothing."""

    def delete(self, face_ids: Sequence[str]) -> None:
        """Take faces out; those that are gone already don't matter."""


# --------------------------------------------------------------------------------------------- sources


class CaseSource(Protocol):
    """A public list of missing people. Every method raises SourceError or a TransientError when it can't be read."""

    @property
    def name(self) -> str:
        """First part of the case keys, e.g. `namus`."""

    @property
    def case_set(self) -> str:
        """Second part of the case keys, e.g. `MP`."""

    @property
    def traffic(self) -> Traffic:
        """What all requests of this process cost so far."""

    def sweep(self) -> Sweep:
        """Read the whole index."""

    def fetch(self, number: str) -> SourceRecord:
        """Read one record; NotFoundError when the source no longer has it."""

    def picture(self, number: str, identity_id: int, limit: int) -> bytes:
        """Read a picture's bytes, at most `limit` + 1 of them; NotFoundError."""


# --------------------------------------------------------------------------------------------- records


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A version of a case, and what follows from it.

    `photos` are new to us or come back; `leaving` are in use and must go, for the reason `leaving_reason`.
    `suppression` goes on the list, `lifts` takes the case's entry off it; with neither, the case must not be on it.
    `had_failed` forgets that an earlier run couldn't fetch it.
    """

    case: Case
    photos: tuple[Photo, ...] = ()
    leaving: tuple[PhotoKey, ...] = ()
    leaving_reason: str = ""
    suppression: Suppression | None = None
    lifts: bool = False
    had_failed: bool = False


class CaseStore(Protocol):
    """Cases and their photos."""

    def get_cases(self, keys: Iterable[CaseKey]) -> dict[CaseKey, Case]:
        """Return those of the cases that exist."""

    def indexed_classes(self, photos: Iterable[PhotoKey]) -> dict[PhotoKey, PhotoClass]:
        """The class of those photos that are INDEXED; the others are left out."""

    def known_cases(self, source: str, case_set: str) -> dict[str, KnownCase]:
        """Every case of a source's case set that we hold, by number."""

    def photos_of(self, case: CaseKey) -> list[Photo]:
        """Return every photo of a case, refused ones too."""

    def save_case(self, change: CaseChange, event: AuditEvent) -> None:
        """Write a version of a case with all that follows from it.

        ConflictError when a newer version, another state of a photo or another suppression was stored in between.
        """

    def photos_awaiting_index(self) -> Iterator[Photo]:
        """Every ADMITTED photo, whichever run admitted it: a run that died loses nothing."""

    def mark_absent(self, keys: Iterable[CaseKey], since: datetime) -> None:
        """Note that a complete sweep missed these cases, unless an earlier one did."""

    def mark_present(self, keys: Iterable[CaseKey]) -> None:
        """Take that note back."""

    def photos_leaving(self) -> Iterator[Photo]:
        """Every WITHDRAWING photo: its face is still to be deleted, or its deletion to be noted."""

    def finish_leaving(self, key: PhotoKey, event: AuditEvent) -> None:
        """WITHDRAWING -> WITHDRAWN; ConflictError when it isn't WITHDRAWING."""

    def get_photo(self, key: PhotoKey) -> Photo | None:
        """Return one photo's row."""

    def finish_photo(self, key: PhotoKey, result: IndexResult, event: AuditEvent) -> None:
        """ADMITTED -> INDEXED or REFUSED; ConflictError when it isn't ADMITTED."""


class SuppressionList(Protocol):
    """Cases that must stay out of the collection."""

    def entries(self, keys: Iterable[CaseKey]) -> dict[CaseKey, Suppression]:
        """Those of the cases that are on the list."""

    def all(self) -> Iterator[Suppression]:
        """The whole list."""

    def add(self, suppression: Suppression, event: AuditEvent) -> None:
        """Put a case on the list that we hold no record of; replaces its entry."""

    def lift(self, case: CaseKey, event: AuditEvent) -> None:
        """Take a case off the list; ConflictError when it isn't on it."""


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """The last time that a case couldn't be fetched; `error` is the name of an error class."""

    case: CaseKey
    run: str
    at: datetime
    error: str
    problem: str


class FailureStore(Protocol):
    """Cases that couldn't be fetched, to be tried again by the next run whatever its window."""

    def failed(self, source: str, case_set: str) -> set[str]:
        """The numbers of a case set's failed cases."""

    def record(self, failure: FetchFailure, event: AuditEvent) -> None:
        """Note a failure; it replaces the case's earlier one."""

    def forget(self, key: CaseKey) -> None:
        """The case is stored, or gone."""


class DetectionStore(Protocol):
    """Detections; their state only ever moves forward."""

    def receive(self, detection: Detection, event: AuditEvent) -> bool:
        """Record a new detection; False when it is known already."""

    def get(self, detection_id: str) -> dict[str, Any]:
        """The stored row as plain JSON values; NotFoundError."""

    def advance(
        self,
        detection_id: str,
        from_states: Sequence[DetectionState],
        to: DetectionState,
        changes: Mapping[str, Any],
        event: AuditEvent,
        outcome: Outcome | None = None,
    ) -> None:
        """Move a detection on; ConflictError when it isn't in one of `from_states`."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A claim on the one alert for (case, place) that detection `holder` makes."""

    case: CaseKey
    place: str
    holder: str


class AlertStore(Protocol):
    """One alert per (case, place, window). Each change also moves the holder's detection, in one transaction."""

    def reserve(
        self, claim: Reservation, now: datetime, quiet_seconds: int, lease_seconds: int, event: AuditEvent
    ) -> None:
        """Claim, also again for the same holder. ConflictError when another holds it or the window is quiet."""

    def count_repeat(self, claim: Reservation, now: datetime, event: AuditEvent) -> None:
        """Keep a sighting that raises no alert of its own; the detection ends as DUPLICATE."""

    def sent_message(self, claim: Reservation) -> str | None:
        """The message id, if this holder's alert is SENT already; ConflictError when it holds no claim."""

    def mark_sent(self, claim: Reservation, now: datetime, message_id: str, event: AuditEvent) -> None:
        """PENDING -> SENT; the detection ends as ALERTED. ConflictError when this holder holds no claim."""

    def release(self, claim: Reservation, now: datetime, outcome: Outcome, event: AuditEvent) -> None:
        """Give the claim back; the detection ends with `outcome`, except FAILED, which Record Failure writes.

        ConflictError when this holder holds no claim.
        """


class ReviewStore(Protocol):
    """Questions to people. Opening one moves the detection to IN_REVIEW in the same transaction."""

    def open(
        self, detection_id: str, token: str, question: Mapping[str, Any], expires_at: datetime, event: AuditEvent
    ) -> None:
        """Ask; asking again while nobody answered replaces the token. ConflictError after an answer."""

    def get(self, detection_id: str) -> dict[str, Any]:
        """The review as plain JSON values; NotFoundError."""

    def list_open(self) -> list[dict[str, Any]]:
        """Unanswered reviews, those that expire first first."""

    def decide(
        self, detection_id: str, verdict: str, reviewer: str, note: str, now: datetime, event: AuditEvent
    ) -> None:
        """OPEN -> DECIDED; ReviewClosedError when somebody was faster or the time ran out."""


class AuditLog(Protocol):
    """The append-only log, for events that accompany no other change, and for reading."""

    def append(self, event: AuditEvent) -> None:
        """Write an event."""

    def story(self, subject: str) -> list[AuditEvent]:
        """Events of one subject, oldest first."""


# --------------------------------------------------------------------------------------------- the rest


class PolicySource(Protocol):
    """The approved policy that is live now."""

    def __call__(self) -> Policy:
        """Return it; PolicyError when it isn't usable."""


class ObjectStore(Protocol):
    """Objects in S3 by bucket and key."""

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """Store an object under exactly this key."""

    def get(self, bucket: str, key: str) -> bytes:
        """Read an object; NotFoundError."""

    def metadata(self, bucket: str, key: str, version: str | None) -> dict[str, str]:
        """Read an object's user metadata; NotFoundError."""


class Machines(Protocol):
    """Step Functions."""

    def start(self, machine_arn: str, name: str, payload: Mapping[str, Any]) -> bool:
        """Start an execution; False when one of that name exists already."""

    def succeed(self, token: str, output: Mapping[str, Any]) -> None:
        """Answer a waiting task; ReviewClosedError when it no longer waits."""


class Publisher(Protocol):
    """SNS: one message to every subscriber of a topic. Raises PublishError or a TransientError."""

    def publish(self, topic_arn: str, subject: str, texts: Mapping[str, str], attributes: Mapping[str, str]) -> str:
        """`texts` maps protocol (`default`, `sms`, ...) to its text; returns the message id."""


class DeadLetters(Protocol):
    """The queue of what couldn't be finished; an operator or a DAG empties it."""

    def send(self, body: Mapping[str, Any]) -> None:
        """Queue one message."""
