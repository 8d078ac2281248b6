"""A detection: one face in one camera picture, and what was decided about it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from homeward.domain.errors import InputError

CROPS, FRAMES = "crops", "frames"
_PICTURE_KEY = re.compile(r"(crops|frames)/([A-Za-z0-9_\-]{1,40})/([0-9]{8}T[0-9]{9}Z)-([A-Za-z0-9_\-]{1,40})\.jpg")
_FACE_OF_A_FRAME = re.compile(r"[0-9a-f]{12}-f[0-9]{3}")
PLACE = re.compile(r"[A-Za-z0-9_.\-]{1,60}")


def iso(moment: datetime) -> str:
    """UTC time as text with milliseconds, the one format that we store."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Picture:
    """An object in S3; `version` is None on a bucket without versions. `size` is in bytes."""

    bucket: str
    key: str
    version: str | None
    size: int


@dataclass(frozen=True, slots=True)
class PictureKey:
    """What a camera picture's object key says: `<folder>/<camera>/<YYYYMMDDTHHMMSSmmmZ>-<shot>.jpg`.

    The folder is CROPS (one face) or FRAMES (any number of faces).
    """

    folder: str
    camera: str
    captured_at: datetime
    shot: str

    @classmethod
    def parse(cls, key: str) -> PictureKey:
        """InputError when the key isn't of that form or its time doesn't exist."""
        found = _PICTURE_KEY.fullmatch(key)
        if not found:
            raise InputError(f"{key!r} is not a picture key; expected crops/CAMERA/YYYYMMDDTHHMMSSmmmZ-SHOT.jpg")
        try:
            captured_at = datetime.strptime(found[3], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
        except ValueError:
            raise InputError(f"{key!r} names a time that doesn't exist") from None
        return cls(found[1], found[2], captured_at, found[4])

    @property
    def written_once(self) -> bool:
        """Whether this is the crop of a frame's face: its key belongs to that one face, and no other bytes get it."""
        return self.folder == CROPS and bool(_FACE_OF_A_FRAME.fullmatch(self.shot))

    def name(self, picture: Picture) -> str:
        """A name that people can read; the same object version always gets the same one (a written-once key, too)."""
        version = "" if self.written_once else picture.version or ""
        digest = hashlib.sha256("\0".join((picture.bucket, picture.key, version)).encode()).hexdigest()
        return f"{self.camera}-{self.captured_at:%Y%m%dT%H%M%S}-{digest[:12]}"


def checked_place(place: str) -> str:
    """The place's name; InputError when it can't be one."""
    if not PLACE.fullmatch(place):
        raise InputError(f"{place!r} is not a place name; letters, digits, '_', '.' and '-', 60 at most")
    return place


# `<camera>-<time>-<digest>`, in a redriven execution's name `-r<n>` behind it.
_NAME = re.compile(r"([A-Za-z0-9_\-]{1,40})-([0-9]{8})T[0-9]{6}-[0-9a-f]{12}(?:-r[0-9]+)?")


def camera_of(name: str) -> str | None:
    """The camera that a detection's or an execution's name begins with; None when no picture started it."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def day_of(name: str) -> date | None:
    """The day (UTC) that such a name says its picture was taken on."""
    found = _NAME.fullmatch(name)
    try:
        return datetime.strptime(found[2], "%Y%m%d").replace(tzinfo=UTC).date() if found else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Detection:
    """One face to search for. `detection_id` is also the name of its Step Functions execution."""

    detection_id: str
    picture: Picture
    camera: str
    place: str
    captured_at: str

    @classmethod
    def of(cls, picture: Picture, place: str) -> Detection:
        """The detection of a crop; InputError when key or place can't be one's."""
        crop = PictureKey.parse(picture.key)
        if crop.folder != CROPS:
            raise InputError(f"{picture.key!r} is no crop: a frame's faces become detections, not the frame")
        return cls(crop.name(picture), picture, crop.camera, checked_place(place), iso(crop.captured_at))

    def to_json(self) -> dict[str, Any]:
        """The state machine's input."""
        picture = {name: getattr(self.picture, name) for name in ("bucket", "key", "version", "size")}
        return {
            "detection_id": self.detection_id,
            "picture": picture,
            "camera": self.camera,
            "place": self.place,
            "captured_at": self.captured_at,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Detection:
        """Inverse of `to_json`; InputError when something is missing."""
        try:
            picture = Picture(**data["picture"])
            return cls(data["detection_id"], picture, data["camera"], data["place"], data["captured_at"])
        except (KeyError, TypeError) as problem:
            raise InputError(f"not a detection: {problem!r}") from problem


@dataclass(frozen=True, slots=True)
class ProbeFace:
    """The face that was searched for: confidence, brightness, sharpness as Rekognition gives them (0-100); px."""

    confidence: float
    brightness: float | None
    sharpness: float | None
    width_px: int | None


@dataclass(frozen=True, slots=True)
class FaceMatch:
    """One face of the collection that is similar to the probe. Similarity is 0-100 and not a probability."""

    external_image_id: str
    face_id: str
    similarity: float


class Outcome(StrEnum):
    """The named ends of a detection; every detection reaches exactly one."""

    UNUSABLE_PICTURE = "UNUSABLE_PICTURE"
    NO_FACE = "NO_FACE"
    NO_CANDIDATE = "NO_CANDIDATE"
    DISCARDED = "DISCARDED"
    DUPLICATE = "DUPLICATE"
    SUPPRESSED = "SUPPRESSED"
    REJECTED = "REJECTED"
    INCONCLUSIVE = "INCONCLUSIVE"
    REVIEW_EXPIRED = "REVIEW_EXPIRED"
    ALERTED = "ALERTED"
    FAILED = "FAILED"
    ERASED = "ERASED"  # somebody asked for it, whatever it had come to


class DetectionState(StrEnum):
    """How far a detection has come; FINISHED ones carry an Outcome."""

    RECEIVED = "RECEIVED"
    SEARCHED = "SEARCHED"
    ASSESSED = "ASSESSED"
    RESERVED = "RESERVED"
    IN_REVIEW = "IN_REVIEW"
    FINISHED = "FINISHED"


UNFINISHED = tuple(state for state in DetectionState if state is not DetectionState.FINISHED)


class Verdict(StrEnum):
    """What Assess Candidates decides."""

    ALERT = "ALERT"
    REVIEW = "REVIEW"
    DISCARD = "DISCARD"
