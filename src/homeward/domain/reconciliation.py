"""What objects, tables and collection hold, how they can disagree, and what mends it.

What is certain is repaired; what only a person can judge is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from homeward.domain.cases import CaseKey, CaseStatus, Photo, PhotoStatus

# A picture is stored a moment before its row is written; no run that began it takes longer than this.
YOUNG = timedelta(days=1)


class Drift(StrEnum):
    """How two of the three disagree."""

    FACE_MISSING = "FACE_MISSING"  # the photo is INDEXED, and no face of it is in the collection
    FACE_MISPLACED = "FACE_MISPLACED"  # the collection has the photo's face under another id
    FACE_DUPLICATE = "FACE_DUPLICATE"  # a second face of the same photo
    FACE_ORPHANED = "FACE_ORPHANED"  # a face of a photo that has none by its row, or that nothing else is left of
    ROW_MISSING = "ROW_MISSING"  # a face or object of an open case whose photo has no row
    FACE_FOREIGN = "FACE_FOREIGN"  # a face that isn't named as ours are
    PHOTO_UNWANTED = "PHOTO_UNWANTED"  # in use, though its case is closed or suppressed
    BYTES_MISSING = "BYTES_MISSING"  # in use, and its object is gone
    OBJECT_ORPHANED = "OBJECT_ORPHANED"  # an object of a photo that was withdrawn, or of no case that is looked for
    CASE_MISSING = "CASE_MISSING"  # photos in use of a case that we hold no record of
    CASE_FACELESS = "CASE_FACELESS"  # an open case whose pictures were all refused
    PHOTO_WAITING = "PHOTO_WAITING"  # admitted, and not yet indexed


class Repair(StrEnum):
    """What mends it for certain."""

    INDEX_AGAIN = "INDEX_AGAIN"
    ADOPT_FACE = "ADOPT_FACE"
    DELETE_FACE = "DELETE_FACE"
    WITHDRAW_PHOTO = "WITHDRAW_PHOTO"
    RESTORE_BYTES = "RESTORE_BYTES"
    DELETE_OBJECT = "DELETE_OBJECT"
    FETCH_AGAIN = "FETCH_AGAIN"


@dataclass(frozen=True, slots=True)
class ListedFace:
    """A face of the collection."""

    face_id: str
    external_image_id: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of a bucket, without its content."""

    key: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the three places hold. `suppressed` are the cases on the suppression list."""

    cases: Mapping[CaseKey, CaseStatus]
    suppressed: frozenset[CaseKey]
    photos: Sequence[Photo]
    faces: Sequence[ListedFace]
    objects: Sequence[StoredObject]


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement. `repair` is None where a person must judge, or where time mends it.

    `photo` is an ExternalImageId, `reason` says more.
    """

    drift: Drift
    repair: Repair | None = None
    case: str | None = None
    photo: str | None = None
    face_id: str | None = None
    object_key: str | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, str]:
        """Form in the findings' file; what is None is left out."""
        return {name: str(value) for name in self.__slots__ if (value := getattr(self, name)) is not None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        """Read `to_json` back."""
        repair = Repair(data["repair"]) if "repair" in data else None
        others = {name: data.get(name) for name in cls.__slots__[2:]}
        return cls(Drift(data["drift"]), repair, **others)


def run_folder(run: str) -> str:
    """Where the files of a reconcile run are, in the cases bucket."""
    return f"reconcile/{run}"


def by_source(held: Holdings) -> dict[str, dict[str, dict[str, int]]]:
    """What is held of each source: cases and photos by status, and refused photos by reason."""
    counted: dict[str, dict[str, Counter[str]]] = {}
    for key, status in held.cases.items():
        _counters(counted, key.source)["cases"][status.value] += 1
    for photo in held.photos:
        counters = _counters(counted, photo.key.case.source)
        counters["photos"][photo.status.value] += 1
        if photo.status is PhotoStatus.REFUSED:
            counters["refused"][photo.reason or "?"] += 1
    return {source: {name: dict(one) for name, one in counters.items()} for source, counters in counted.items()}


def _counters(counted: dict[str, dict[str, Counter[str]]], source: str) -> dict[str, Counter[str]]:
    return counted.setdefault(source, {name: Counter() for name in ("cases", "photos", "refused")})


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many of each kind of drift."""
    return dict(Counter(finding.drift.value for finding in findings))
