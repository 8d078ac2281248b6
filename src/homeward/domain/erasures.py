"""Erasures: everything about a case, or about one detection, goes from every store; what stays is that it went.

Whatever names the target by its key goes; whatever only mentions it stays readable, with a word in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from homeward.domain.cases import CaseKey
from homeward.domain.detections import Outcome, Picture, PictureKey, iso
from homeward.domain.errors import InputError

LATE = timedelta(days=3)  # an erasure that takes longer is an alarm
WATCHED = timedelta(days=3)  # what was under way when it was erased has ended by then; so long it is looked for again
ERASED_CASE = "erased:CASE:0"  # has the form of a case key, so that a row that had one can still be read
ERASED = "erased"
_DETECTION = re.compile(r"([A-Za-z0-9_\-]{1,40})-(\d{8}T\d{6})-([0-9a-f]{12})")
_CROP = re.compile(r"crops/[A-Za-z0-9_\-]{1,40}/[0-9]{8}T[0-9]{9}Z-[A-Za-z0-9_\-]{1,40}\.jpg")
_VERSION = re.compile(r'version(?:-id|Id)?\\?"\s*:\s*\\?"([^"\\]+)')


class TargetKind(StrEnum):
    """What can be erased."""

    CASE = "case"
    DETECTION = "detection"


@dataclass(frozen=True, slots=True)
class Target:
    """A case or a detection, by its key or id; its text, `case:namus:MP:1`, is its subject in the audit log."""

    kind: TargetKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def case(self) -> CaseKey | None:
        """The case, when it is one."""
        return CaseKey.parse(self.id) if self.kind is TargetKind.CASE else None

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `namus:MP:51557` or a detection's id, with or without their kind before it; InputError."""
        kind, _, rest = text.partition(":")
        bare = rest if kind in tuple(TargetKind) else text
        if _DETECTION.fullmatch(bare) and kind != TargetKind.CASE:
            return cls(TargetKind.DETECTION, bare)
        if kind == TargetKind.DETECTION:
            raise InputError(f"{bare!r} is not a detection's id; copy it from an alert, a review or the audit trail")
        try:
            return cls(TargetKind.CASE, str(CaseKey.parse(bare)))
        except InputError:
            raise InputError(f"{text!r} is neither a case key, e.g. namus:MP:51557, nor a detection's id") from None

    def crop_prefix(self) -> str:
        """What the key of a detection's crop begins with."""
        found = _DETECTION.fullmatch(self.id)
        if not found:
            raise InputError(f"{self} has no crop")
        return f"crops/{found[1]}/{found[2]}"

    def is_crop(self, bucket: str, key: str, version: str | None) -> bool:
        """Whether this version of an object is the detection's picture."""
        try:
            return PictureKey.parse(key).name(Picture(bucket, key, version, 0)) == self.id
        except InputError:
            return False


@dataclass(frozen=True, slots=True)
class Redaction:
    """Puts a word wherever the target is mentioned. `pictures` is the bucket of the cameras' pictures."""

    target: Target
    pictures: str

    def text(self, text: str) -> str:
        """The text without the target."""
        return self._case(text) if self.target.kind is TargetKind.CASE else self._detection(text)

    def value(self, value: Any) -> Any:
        """The same for everything in a value of a row. The id of a face says whose it is, so it goes, too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            done = {self.text(name): self.value(inner) for name, inner in value.items()}
            photo = value.get("external_image_id")
            gone = isinstance(photo, str) and self.text(photo) != photo and "face_id" in value
            return {**done, "face_id": ERASED} if gone else done
        if isinstance(value, (set, frozenset)):
            return {self.value(inner) for inner in value}
        return [self.value(inner) for inner in value] if isinstance(value, (list, tuple)) else value

    def _case(self, text: str) -> str:
        key = CaseKey.parse(self.target.id)
        if key.number not in text:
            return text
        photo = r"(:\d{1,12}:[A-Za-z0-9_.\-]{1,128})?"
        named = re.compile(rf"(?<![A-Za-z0-9]){re.escape(str(key))}(?![A-Za-z0-9]){photo}")
        stored = re.compile(
            rf"(photos|raw)/{key.source}/{key.case_set}/{key.number}(/[A-Za-z0-9_.:\-]*)?(?![A-Za-z0-9])"
        )
        text = named.sub(lambda found: f"{ERASED_CASE}:0:{ERASED}" if found[1] else ERASED_CASE, text)
        return stored.sub(ERASED, text)

    def _detection(self, text: str) -> str:
        versions = ["", *_VERSION.findall(text)] if "crops/" in text else []

        def without(found: re.Match[str]) -> str:
            own = any(self.target.is_crop(self.pictures, found[0], version) for version in versions)
            return ERASED if own else found[0]

        return _CROP.sub(without, text).replace(self.target.id, ERASED)


def without_number(text: str, number: str) -> str:
    """The text of a sync run's JSON file, where a case is named by its number only."""
    return text.replace(f'"{number}"', f'"{ERASED}"')


def tombstone(detection_id: str, at: str) -> dict[str, Any]:
    """What stays of a detection: its picture's event may come again, its frame be cut again, and find that it ended."""
    return {"detection_id": detection_id, "state": "FINISHED", "outcome": Outcome.ERASED.value, "erased_at": at}


def is_tombstone(row: Mapping[str, Any]) -> bool:
    """Whether nothing but that is left of a row."""
    return "erased_at" in row and row.keys() <= tombstone("", "").keys()


class ErasureState(StrEnum):
    """PENDING until every store was looked at and holds nothing any more."""

    PENDING = "PENDING"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A store was looked at after `erased` things were taken from it, and held nothing."""

    at: str
    erased: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was asked for, by whom and why, and how far it is. `problems` are those of the last try, by store."""

    target: Target
    asked_at: datetime
    by: str
    reason: str
    state: ErasureState = ErasureState.PENDING
    confirmed: Mapping[str, Confirmation] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 0
    done_at: datetime | None = None
    revision: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How much was erased, by store."""
        return {name: one.erased for name, one in self.confirmed.items()}

    def is_late(self, now: datetime) -> bool:
        """Whether the operators must know."""
        return self.state is ErasureState.PENDING and now - self.asked_at >= LATE

    def is_due(self, now: datetime) -> bool:
        """Whether the stores are to be looked at (again)."""
        return self.done_at is None or now - self.done_at < WATCHED

    def to_json(self) -> dict[str, Any]:
        """What reports show. Of one that is done they don't name the target: they aren't to mention it again."""
        return {
            "target": str(self.target) if self.state is ErasureState.PENDING else None,
            "state": self.state.value,
            "asked_at": iso(self.asked_at),
            "by": self.by,
            "attempts": self.attempts,
            "erased": self.counts,
            "problems": dict(self.problems),
        }
