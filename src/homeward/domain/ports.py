"""What the steps need from the outside, as Protocols. Adapters implement them; steps import nothing else.

Rule: a method that changes a record takes the audit event of that change, and writes both in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from homeward.domain.audit import AuditEvent
from homeward.domain.cases import Case, CaseKey, CaseStatus, Photo, PhotoClass, PhotoKey
from homeward.domain.claims import AlertState, Slot, Slots
from homeward.domain.detections import Detection, DetectionState, FaceMatch, Outcome, Picture, ProbeFace
from homeward.domain.erasures import Erasure, Target
from homeward.domain.executions import Execution, ExecutionDetails, ExecutionPage, Machine
from homeward.domain.frames import FaceBox, Frame, FrameOutcome, FrameState
from homeward.domain.letters import Letter
from homeward.domain.operations import Measure
from homeward.domain.policy import Policy
from homeward.domain.reconciliation import ListedFace, StoredObject
from homeward.domain.redrive import Work
from homeward.domain.retention import Retention
from homeward.domain.reviews import ReviewAnswer, ReviewVerdict
from homeward.domain.runbooks import Runbook
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
    """Matches for the largest face of a picture; `probe` is None when it holds no face that can be searched for.

    `collection` is the one that was searched, `face_model_version` what made its vectors (None: nothing was compared).
    """

    probe: ProbeFace | None
    matches: tuple[FaceMatch, ...]
    unusable: str | None = None
    collection: str = ""
    face_model_version: str | None = None


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

    def listed(self) -> Iterator[ListedFace]:
        """Every face, in no particular order; one that comes or goes meanwhile may be there or not."""

    def present(self, face_ids: Sequence[str]) -> set[str]:
        """Those of at most 1,000 faces that are in the collection now."""


class FaceRows(Protocol):
    """The rows of a collection's similarity matrix."""

    def row(self, face_id: str) -> dict[str, float] | None:
        """Similarity (0-100) of the 4,096 most similar other faces by id; None when the face is gone."""


class FaceCollections(Protocol):
    """The generations of our collection: the live one, what is built beside it, and what is kept for a way back."""

    def live(self) -> str:
        """The id of the one that is searched, as it is now."""

    def all(self) -> list[str]:
        """The ids of those that exist, oldest first. The live one isn't among them when it is lost."""

    def open(self, collection: str) -> FaceCollection:
        """One of them."""

    def face_model(self, collection: str) -> str:
        """The version of the face model whose vectors it holds; "" when it doesn't exist."""

    def create(self, collection: str) -> None:
        """Make an empty one; one that is there stays as it is."""

    def switch(self, collection: str) -> None:
        """Make it the live one."""

    def drop(self, collection: str) -> None:
        """Delete it with all its faces, for good; one that is gone already doesn't matter."""

    def delete(self, face_ids: Sequence[str]) -> None:
        """Take at most 4,096 faces out of every generation that has them."""


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

    def statuses(self) -> Iterator[tuple[CaseKey, CaseStatus]]:
        """Every case of every source, with its status."""

    def photos(self) -> Iterator[Photo]:
        """Every photo of every case, refused and withdrawn ones too."""

    def index_again(self, key: PhotoKey, face_id: str, event: AuditEvent) -> None:
        """INDEXED -> ADMITTED, because its face is gone; ConflictError when it isn't INDEXED with that face.

        The face's id stays among the photo's other faces: another generation may have it.
        """

    def adopt_face(self, key: PhotoKey, was: str, face_id: str, event: AuditEvent) -> None:
        """Note that the photo's face is another one, and keep `was` among its other faces.

        ConflictError when it isn't INDEXED with `was`; or, for a `was` of "", REFUSED with `face_id` as another face.
        """

    def note_face(self, key: PhotoKey, face_id: str, event: AuditEvent) -> None:
        """Keep the id of the photo's face in another generation, so that its removal reaches it.

        ConflictError when the photo is leaving or gone, its case isn't open, or is suppressed.
        """

    def withdraw_photo(self, key: PhotoKey, reason: str, event: AuditEvent) -> None:
        """A photo in use -> WITHDRAWING; ConflictError when it isn't in use."""

    def all_cases(self) -> Iterator[Case]:
        """Every case of every source."""


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


class DetectionStore(Protocol):
    """Detections; their state only ever moves forward."""

    def receive(self, detection: Detection, event: AuditEvent) -> bool:
        """Record a new detection; False when it is known already."""

    def get(self, detection_id: str) -> dict[str, Any]:
        """The stored row as plain JSON values; NotFoundError."""

    def get_many(self, detection_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Those of the rows that there are, by id; erased ones are left out."""

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
class Move:
    """A detection's step forward, as `DetectionStore.advance` takes it.

    `after_failure`: also one that ended as FAILED may still take it.
    """

    from_states: tuple[DetectionState, ...]
    to: DetectionState
    changes: Mapping[str, Any] = field(default_factory=dict)
    outcome: Outcome | None = None
    after_failure: bool = False


@dataclass(frozen=True, slots=True)
class AlertChange:
    """One step of a claim: what becomes of its slot, of the detection's own row in the history, and of the detection.

    `slot` is the new content at the revision that was read; what is None stays as it is. `row` is plain JSON values,
    added to what is there; with `row_was` it must be in that state.
    """

    case: CaseKey
    place: str
    detection_id: str
    slot: Slot | None = None
    row: Mapping[str, Any] = field(default_factory=dict)
    row_was: AlertState | None = None
    move: Move | None = None


class AlertStore(Protocol):
    """Per (case, place) the slots that decide who may alert, and one row for every detection that came so far.

    The rules are in `domain/claims.py`; the store only sees to it that nobody writes what somebody else has changed.
    """

    def slots(self, case: CaseKey, place: str) -> Slots:
        """Read both slots, consistently."""

    def write(self, change: AlertChange, event: AuditEvent) -> None:
        """Write all of it or nothing; a slot's revision becomes one higher.

        ConflictError when slot, row or detection isn't what the change expects.
        """

    def history(self, case: CaseKey, place: str) -> list[dict[str, Any]]:
        """The rows of the detections at a (case, place), by detection id: alerts, repeats, suppressed ones."""

    def of_day(self, day: date) -> list[dict[str, Any]]:
        """The rows of the detections whose pictures were taken on that day (UTC), each with its `case` and `place`."""

    def sent_of(self, case: CaseKey, since: datetime) -> list[dict[str, Any]]:
        """The rows of a case's alerts that were sent since then and not retracted, oldest first."""


class ReviewStore(Protocol):
    """Questions to people. Opening one moves the detection to IN_REVIEW in the same transaction."""

    def open(
        self,
        detection_id: str,
        token: str,
        question: Mapping[str, Any],
        reviewers: int,
        expires_at: datetime,
        event: AuditEvent,
    ) -> None:
        """Ask; asking again before it is DECIDED replaces token and time limit, and keeps the answers so far.

        ConflictError when it is DECIDED.
        """

    def reopen(self, detection_id: str, token: str, event: AuditEvent) -> None:
        """A DECIDED review's question waits again: keep the new token, move the detection to IN_REVIEW."""

    def get(self, detection_id: str) -> dict[str, Any]:
        """The review as plain JSON values (`state`, `answers`, `reviewers`, `verdict`, `expires_at`, `token`, ...).

        NotFoundError.
        """

    def list_open(self, limit: int | None = None) -> list[dict[str, Any]]:
        """OPEN reviews, those that expire first first; the first `limit` of them."""

    def count_open(self) -> int:
        """How many are OPEN."""

    def answer(
        self,
        detection_id: str,
        answers: Sequence[ReviewAnswer],
        verdict: ReviewVerdict | None,
        now: datetime,
        event: AuditEvent,
    ) -> None:
        """Keep the answers, of which the last is new; with a verdict the review is DECIDED.

        ConflictError when it isn't OPEN, its time ran out, or somebody else answered since it was read.
        """

    def expire(self, detection_id: str, event: AuditEvent) -> None:
        """OPEN -> EXPIRED; ConflictError when it isn't OPEN."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Two cases whose people look so alike that a person must tell them apart; `why` is said by who marked them."""

    case: CaseKey
    other: CaseKey
    by: str
    why: str
    at: datetime


class LookAlikeStore(Protocol):
    """Pairs of look-alikes; a pair has no order."""

    def mark(self, pair: LookAlike, events: Sequence[AuditEvent]) -> None:
        """Keep a pair, with an event for each case; again replaces it."""

    def of(self, case: CaseKey) -> frozenset[CaseKey]:
        """The cases that were marked as looking like this one."""

    def pairs(self) -> Iterator[tuple[CaseKey, CaseKey]]:
        """Every pair, once."""


class AuditLog(Protocol):
    """The append-only log, for events that accompany no other change, and for reading."""

    def append(self, event: AuditEvent) -> None:
        """Write an event."""

    def story(self, subject: str) -> list[AuditEvent]:
        """Events of one subject, oldest first."""

    def story_of_case(self, case: str) -> list[AuditEvent]:
        """Events that name a case, oldest first."""


class StaffList(Protocol):
    """Those who answer, approve and look. Everything else knows them by an id; their names are here only."""

    def id_of(self, name: str) -> str:
        """The id of whoever has this name, noted if it is new: a keyed digest, which nobody can guess."""

    def name_of(self, staff_id: str) -> str | None:
        """The name behind an id; None for one that was forgotten, or never was."""

    def forget(self, name: str) -> bool:
        """Let go of a name; False when it wasn't there. Records keep the id, and nobody can tell whose it was."""


# --------------------------------------------------------------------------------------------- frames


@dataclass(frozen=True, slots=True)
class FoundFaces:
    """Every face of a picture, or the reason why there can be none (NOT_AN_IMAGE, TOO_LARGE, TOO_SMALL)."""

    boxes: tuple[FaceBox, ...]
    unusable: str | None = None


class FaceDetector(Protocol):
    """Finds faces; knows nobody."""

    def detect(self, picture: Picture) -> FoundFaces:
        """The faces of a picture in S3, MAX_FACES at most."""


class FaceCutter(Protocol):
    """Cuts faces out of a picture."""

    def cut(self, data: bytes, boxes: Sequence[FaceBox]) -> Iterator[bytes]:
        """One upright JPEG per box, in their order, that shows this one face only; PictureError before the first."""


class FrameStore(Protocol):
    """Frames; their state only ever moves forward, but for a failed one that is taken up again."""

    def receive(self, frame: Frame, event: AuditEvent) -> bool:
        """Record a new frame; False when it is known already."""

    def get(self, frame_id: str) -> dict[str, Any]:
        """The stored row as plain JSON values; NotFoundError."""

    def advance(
        self,
        frame_id: str,
        from_states: Sequence[FrameState],
        to: FrameState,
        changes: Mapping[str, Any],
        event: AuditEvent,
        outcome: FrameOutcome | None = None,
    ) -> None:
        """Move a frame on; ConflictError when it isn't in one of `from_states`."""

    def note_deleted(self, frame_id: str, event: AuditEvent) -> None:
        """The frame's picture is deleted; ConflictError when that is noted already."""

    def started(self, detection_ids: Sequence[str]) -> set[str]:
        """Those of the detections that exist."""


# --------------------------------------------------------------------------------------------- the rest


class PolicySource(Protocol):
    """The approved policy that is live now."""

    def __call__(self) -> Policy:
        """Return it; PolicyError when it isn't usable."""


@dataclass(frozen=True, slots=True)
class PolicyPointer:
    """Which file is, or may become, the live policy; empty strings when none is live."""

    key: str
    version: str
    sha256: str


class PolicyShelf(Protocol):
    """Every policy that was ever written, and the pointer to the live one."""

    def live(self) -> PolicyPointer:
        """The pointer as it is now."""

    def read(self, version: str) -> tuple[PolicyPointer, bytes]:
        """A stored policy; NotFoundError."""

    def versions(self, limit: int) -> list[str]:
        """The stored policies, the newest first."""

    def keep(self, version: str, body: bytes) -> PolicyPointer:
        """Store a policy for good; ConflictError when that version is there with other content."""

    def publish(self, pointer: PolicyPointer) -> None:
        """Make a stored policy the live one."""


@dataclass(frozen=True, slots=True)
class CollectionState:
    """A face collection as it is now."""

    collection: str
    face_model_version: str
    face_count: int


class ObjectStore(Protocol):
    """Objects in S3 by bucket and key."""

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """Store an object under exactly this key."""

    def get(self, bucket: str, key: str) -> bytes:
        """Read an object; NotFoundError."""

    def exists(self, bucket: str, key: str) -> bool:
        """Whether there is such an object."""

    def listed(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """The objects whose keys begin with `prefix`, in key order."""

    def remove(self, bucket: str, key: str) -> None:
        """Delete every version of an object, for good; one that isn't there doesn't matter."""

    def restore(self, bucket: str, key: str) -> bool:
        """Bring a deleted object's last version back; False when there is none."""


class PictureStore(Protocol):
    """Camera pictures in S3, each a version of its object."""

    def metadata(self, picture: Picture) -> dict[str, str]:
        """Read what was stored beside the picture; NotFoundError."""

    def read(self, picture: Picture) -> bytes:
        """Read a picture; NotFoundError."""

    def put_once(self, picture: Picture, body: bytes, metadata: Mapping[str, str]) -> None:
        """Store a JPEG under the picture's key, unless something is there."""

    def delete(self, picture: Picture) -> None:
        """Delete this very version; one that is gone already doesn't matter."""


class Machines(Protocol):
    """Step Functions."""

    def start(self, machine_arn: str, name: str, payload: Mapping[str, Any]) -> bool:
        """Start an execution; False when one of that name exists already."""

    def succeed(self, token: str, output: Mapping[str, Any]) -> None:
        """Answer a waiting task; ReviewClosedError when it no longer waits."""


class Publisher(Protocol):
    """SNS: one message to every subscriber of a topic. Raises PublishError or a TransientError."""

    def publish(
        self, topic_arn: str, subject: str, texts: Mapping[str, str], attributes: Mapping[str, str | float]
    ) -> str:
        """`texts` maps protocol (`default`, `sms`, ...) to its text; returns the message id.

        After ServiceUnavailableError nobody knows whether it was published; after any other error it was not.
        """


class Operators(Protocol):
    """Whoever keeps this running. Raises PublishError or a TransientError."""

    def tell(self, subject: str, text: str, runbook: Runbook) -> None:
        """Say what happened, in one message, with the page that says what to do about it."""


class Metrics(Protocol):
    """Where values are kept over time, and alarms look at them."""

    def put(self, measures: Sequence[Measure], at: datetime) -> None:
        """Keep values of one moment."""


class DeadLetters(Protocol):
    """The queue of what couldn't be finished; an operator or a DAG empties it."""

    def send(self, body: Mapping[str, Any]) -> None:
        """Queue one message."""


# --------------------------------------------------------------------------------------------- redriving


class LetterBox(Protocol):
    """The dead-letter queue, read. A letter that is neither deleted nor given back comes again after a while."""

    def receive(self, limit: int) -> list[Letter]:
        """At most `limit` letters, which nobody else gets for now."""

    def delete(self, letter: Letter) -> None:
        """It is dealt with."""

    def give_back(self, letter: Letter) -> None:
        """Let the next one who asks have it at once."""

    def depth(self) -> int:
        """About how many letters wait for somebody to receive them."""


class WorkStore(Protocol):
    """The rows of one table whose work a state machine does: those that aren't finished, or failed."""

    def unfinished(self, states: Sequence[str], before: datetime, limit: int) -> list[str]:
        """Ids of rows that are in one of `states` since before that time; for each state, the longest there first.

        A row that is FINISHED as FAILED and not given up counts as in state FAILED.
        """

    def get(self, work_id: str) -> Work:
        """How it stands; NotFoundError."""

    def begin_again(self, work: Work, allowed: int, event: AuditEvent) -> None:
        """Move it to RECEIVED, one redrive more, `allowed` at most. ConflictError when it moved in between."""

    def give_up(self, work: Work, letter: Mapping[str, Any], event: AuditEvent) -> None:
        """It stays FINISHED as FAILED, and keeps `letter`. ConflictError when it moved in between."""


class Executions(Protocol):
    """The executions of state machines, and their tasks that wait for an answer."""

    def status(self, machine_arn: str, name: str) -> str | None:
        """Step Functions' word for the execution's state (RUNNING, SUCCEEDED, FAILED, ...); None: there is none."""

    def stop(self, machine_arn: str, name: str, cause: str) -> None:
        """End an execution; one that has ended, or that there never was, doesn't matter."""

    def heartbeat(self, token: str) -> None:
        """Tell a waiting task that its answer is still looked after; ReviewClosedError when it no longer waits."""

    def fail(self, token: str, error: str, cause: str) -> None:
        """End a waiting task with an error's name; ReviewClosedError when it no longer waits."""


class ExecutionHistory(Protocol):
    """What Step Functions remembers of executions: 90 days of those that have ended."""

    def page(self, machine: Machine, status: str | None, limit: int, token: str | None) -> ExecutionPage:
        """The next executions of a machine, newest first, 1,000 at most; InputError for a token that is no more."""

    def find(self, machine: Machine, name: str) -> Execution:
        """One by its name; NotFoundError."""

    def read(self, machine: Machine, name: str) -> ExecutionDetails:
        """Everything about one; NotFoundError."""


class KeptDetections(Protocol):
    """The detections that are still in the table."""

    def between(self, since: datetime, until: datetime) -> list[str]:
        """Ids of those whose pictures were taken from `since` on and before `until`, oldest first."""


# --------------------------------------------------------------------------------------------- retention and erasure


class RetentionSource(Protocol):
    """The retention policy that is live now."""

    def __call__(self) -> Retention:
        """Return it; PolicyError when it isn't usable."""


class Rows(Protocol):
    """All rows of one table, whatever they are: for what must leave, by age or because somebody asked for it.

    A row is plain JSON values, and sets of texts.
    """

    @property
    def name(self) -> str:
        """What the table holds, e.g. `detections`."""

    @property
    def key(self) -> tuple[str, ...]:
        """The attributes that make a row's key."""

    def all(self) -> Iterator[dict[str, Any]]:
        """Every row, read consistently."""

    def get(self, **key: str) -> dict[str, Any] | None:
        """One row."""

    def delete(self, row: Mapping[str, Any], event: AuditEvent) -> None:
        """Delete a row; ConflictError when something that was read of it has changed."""

    def replace(self, row: Mapping[str, Any], by: Mapping[str, Any], event: AuditEvent) -> None:
        """Make it `by`, which has the same key; ConflictError when something that was read of it has changed.

        What was added since stays.
        """


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version of an object; `latest` is the one that is read without a version."""

    bucket: str
    key: str
    version: str
    latest: bool
    modified: datetime


class ObjectVersions(Protocol):
    """Objects in S3 with all that is left of them: older versions, also of those that were deleted."""

    def each(self, bucket: str, prefix: str) -> Iterator[StoredVersion]:
        """Every version of the objects whose keys begin with `prefix`, without marks of deletion."""

    def read(self, version: StoredVersion) -> bytes:
        """Its content; NotFoundError."""

    def remove(self, version: StoredVersion) -> None:
        """Delete it for good; one that is gone already doesn't matter."""

    def replace(self, version: StoredVersion, body: bytes) -> None:
        """Store other content under its key, then delete it for good."""


class ErasureStore(Protocol):
    """What was asked to be erased, and how far that is. Rows stay: they hold no more than the target's key."""

    def get(self, target: Target) -> Erasure | None:
        """One erasure."""

    def all(self) -> Iterator[Erasure]:
        """Every erasure."""

    def save(self, erasure: Erasure, event: AuditEvent) -> Erasure:
        """Write it and return it at its new revision; ConflictError when somebody else has written it since."""
