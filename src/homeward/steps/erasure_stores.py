"""Parts of an erasure that empty a store: suppression list, collections, objects, tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from homeward.domain.admission import photo_folder
from homeward.domain.audit import audit_event
from homeward.domain.cases import CaseStatus
from homeward.domain.detections import iso
from homeward.domain.erasures import Erasure, Redaction, Target, is_tombstone, tombstone
from homeward.domain.errors import ConflictError
from homeward.domain.ports import (
    CaseStore,
    Clock,
    FaceCollections,
    ObjectVersions,
    Rows,
    StoredVersion,
    SuppressionList,
)
from homeward.domain.suppressions import SuppressionReason
from homeward.steps.erasure_files import raw_folder
from homeward.steps.suppress_case import SuppressCase

BATCH = 1000  # faces of one DeleteFaces; Amazon Rekognition takes 4,096


@dataclass(frozen=True, slots=True)
class SuppressErased:
    """The suppression list: no sync, rebuild or backup brings the case back. Its photos stop matching at once."""

    suppress: SuppressCase
    cases: CaseStore
    suppressions: SuppressionList
    name: str = "suppressions"
    after: tuple[str, ...] = ()

    def erase(self, erasure: Erasure, actor: str) -> int:
        """See the port."""
        case = erasure.target.case
        if case is None or not self.left(erasure.target):
            return 0
        self.suppress(case, erasure.by.removeprefix("person:"), "erased")
        return 1

    def left(self, target: Target) -> int:
        """See the port: 1 unless it is on the list for good, and not looked for any more."""
        if (key := target.case) is None:
            return 0
        entry, case = self.suppressions.entries([key]).get(key), self.cases.get_cases([key]).get(key)
        listed = entry is not None and entry.reason is SuppressionReason.REQUESTED
        return int(not listed or (case is not None and case.status is CaseStatus.OPEN))


@dataclass(frozen=True, slots=True)
class EraseFaces:
    """Faces in every generation of the collection, whether a row knows them or not."""

    collections: FaceCollections
    name: str = "faces"
    after: tuple[str, ...] = ("suppressions",)

    def erase(self, erasure: Erasure, actor: str) -> int:
        """See the port."""
        found = list(self._found(erasure.target))
        for collection in dict.fromkeys(name for name, _ in found):
            ids = [face_id for name, face_id in found if name == collection]
            for first in range(0, len(ids), BATCH):
                self.collections.open(collection).delete(ids[first : first + BATCH])
        return len(found)

    def left(self, target: Target) -> int:
        """See the port."""
        return sum(1 for _ in self._found(target))

    def _found(self, target: Target) -> Iterator[tuple[str, str]]:
        for collection in self.collections.all():
            for face in self.collections.open(collection).listed():
                if face.external_image_id.startswith(f"{target.id}:"):
                    yield collection, face.face_id


@dataclass(frozen=True, slots=True)
class EraseObjects:
    """Every version of what is stored of the target itself: pictures and raw records of a case, a detection's crop."""

    versions: ObjectVersions
    cases: str
    pictures: str
    name: str = "objects"
    after: tuple[str, ...] = ()

    def erase(self, erasure: Erasure, actor: str) -> int:
        """See the port."""
        found = list(self._found(erasure.target))
        for version in found:
            self.versions.remove(version)
        return len(found)

    def left(self, target: Target) -> int:
        """See the port."""
        return sum(1 for _ in self._found(target))

    def _found(self, target: Target) -> Iterator[StoredVersion]:
        if case := target.case:
            for folder in (photo_folder(case), raw_folder(case)):
                yield from self.versions.each(self.cases, folder)
            return
        for one in self.versions.each(self.pictures, target.crop_prefix()):
            if target.is_crop(one.bucket, one.key, one.version):
                yield one


@dataclass(frozen=True, slots=True)
class EraseRows:
    """One table. Rows whose key names the target go; others that mention it get a word in its place."""

    rows: Rows
    pictures: str
    clock: Clock
    after: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """See the port."""
        return self.rows.name

    def erase(self, erasure: Erasure, actor: str) -> int:
        """See the port. A row that moves just now is left for the next try."""
        count = 0
        for row, clean in self._found(erasure.target):
            with suppress(ConflictError):
                self._erase(row, clean, erasure.target, actor)
                count += 1
        return count

    def left(self, target: Target) -> int:
        """See the port."""
        return sum(1 for _ in self._found(target))

    def _erase(self, row: Mapping[str, Any], clean: Mapping[str, Any] | None, target: Target, actor: str) -> None:
        outcome = "REDACTED" if clean else "DELETED"
        case = target.id if target.case else None
        details = {"table": self.name}
        event = audit_event(self.clock(), actor, "erase_row", str(target), outcome, case=case, details=details)
        if clean:
            self.rows.replace(row, clean, event)
        else:
            self.rows.delete(row, event)

    def _found(self, target: Target) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """What mentions it, with the row that it should be; None where that is none."""
        redaction, now = Redaction(target, self.pictures), iso(self.clock())
        for row in self.rows.all():
            clean = redaction.value(row)
            if clean == row or is_tombstone(row):
                continue
            owned = any(clean[name] != row[name] for name in self.rows.key)
            if owned and self.rows.key == ("detection_id",) and self.name == "detections":
                yield row, tombstone(target.id, now)
            else:
                yield row, None if owned else clean
