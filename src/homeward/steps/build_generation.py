"""The work on a generation of the collection that isn't live: measure it, give it faces, take faces from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.cases import Photo, PhotoKey, PhotoStatus
from homeward.domain.errors import ConflictError, RebuildError, ServiceRefusedError
from homeward.domain.ports import AuditLog, CaseStore, Clock, FaceCollections
from homeward.domain.rebuild import Standing, is_wanted, standing
from homeward.domain.reconciliation import ListedFace
from homeward.steps.survey_collection import SurveyCollection

INDEXED, LEFT = PhotoStatus.INDEXED.value, "LEFT"  # it got its face; it left the collection meanwhile
BATCH = 1000  # faces of one DeleteFaces; Amazon Rekognition takes 4,096


@dataclass(frozen=True, slots=True)
class BuildGeneration:
    """Everything here may be done again, and be killed at any moment: what is done already is found and kept.

    A face is in the generation a moment before its photo's row knows it. Who dies in between leaves a face that the
    next round finds: it belongs to a photo that lacks one by its row, or to none that may be found.
    """

    collections: FaceCollections
    cases: CaseStore
    survey: SurveyCollection
    audit: AuditLog
    bucket: str
    clock: Clock
    actor: str

    def standing(self, collection: str, exists: bool = True) -> Standing:
        """How it stands now, against the tables as they are now."""
        return standing(self.survey.holdings(self.collections.open(collection) if exists else None))

    def index(self, run: str, collection: str, key: PhotoKey) -> str:
        """Give a photo its face there, unless it has left; return INDEXED, LEFT, or the reason of a refusal."""
        photo = self.wanted(key)
        if photo is None:
            return LEFT
        faces = self.collections.open(collection)
        try:
            result = faces.index(key, self.bucket, str(photo.object_key))
        except ServiceRefusedError:
            if self.wanted(key):
                raise
            return LEFT  # and its picture is deleted
        if result.face_id is None:
            return str(result.reason)
        if result.face_id in photo.face_ids:
            return INDEXED
        try:
            self.cases.note_face(key, result.face_id, self._event(run, collection, key, result.face_id, INDEXED))
        except ConflictError:  # withdrawn while it was indexed; nobody else knows of this face
            faces.delete([result.face_id])
            return LEFT
        return INDEXED

    def wanted(self, key: PhotoKey) -> Photo | None:
        """A photo as it is now; None when it left meanwhile."""
        photo = self.cases.get_photo(key)
        return photo if photo and photo.object_key and is_wanted(photo) else None

    def catch_up(
        self, run: str, collection: str, refused: Mapping[str, str], most: int
    ) -> tuple[Standing, dict[str, str]]:
        """Index what came since it was built, except for `refused` photos, and delete what must not be found.

        Returns how it stood before, and what became of each photo. RebuildError before any change when more than
        `most` photos lack their face.
        """
        found = self.standing(collection)
        names = [photo.key.external_image_id for photo in found.lacking]
        lacking = [name for name in names if name not in refused]
        if len(lacking) > most:
            raise RebuildError(f"{len(lacking)} photos have no face in {collection}, where {most} may: build it first")
        self.clear(run, collection, found.spare)
        return found, {name: self.index(run, collection, PhotoKey.parse(name)) for name in lacking}

    def clear(self, run: str, collection: str, spare: Iterable[ListedFace]) -> None:
        """Delete faces that a `standing` found to be too many."""
        faces, gone = self.collections.open(collection), list(spare)
        for first in range(0, len(gone), BATCH):
            faces.delete([face.face_id for face in gone[first : first + BATCH]])
        for face in gone:
            key = PhotoKey.parse(face.external_image_id)
            self.audit.append(self._event(run, collection, key, face.face_id, "DELETED"))

    def _event(self, run: str, collection: str, key: PhotoKey, face_id: str, outcome: str) -> Any:
        details = {"run": run, "collection": collection, "face_id": face_id}
        about = (self.actor, "build_generation", f"photo:{key.external_image_id}", outcome)
        return audit_event(self.clock(), *about, case=str(key.case), details=details)
