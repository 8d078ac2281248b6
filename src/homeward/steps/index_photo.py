"""Index Photo: give one admitted photo its face in the collection, or the reason why it gets none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.cases import Photo, PhotoKey, PhotoStatus
from homeward.domain.errors import ConflictError, InputError, NotFoundError
from homeward.domain.ports import CaseStore, Clock, FaceCollection


@dataclass(frozen=True, slots=True)
class IndexPhoto:
    """ADMITTED -> INDEXED or REFUSED. A finished photo is left alone, so a repeated call costs nothing."""

    faces: FaceCollection
    cases: CaseStore
    bucket: str
    clock: Clock
    actor: str = "function:index_photo"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes a manifest line, `{"photo": ExternalImageId}`; returns `{"photo", "status", "reason"}`."""
        if not isinstance(event.get("photo"), str):
            raise InputError('not a line of a manifest; expected {"photo": EXTERNAL_IMAGE_ID}')
        key = PhotoKey.parse(event["photo"])
        photo = self._photo(key)
        if photo.status is PhotoStatus.ADMITTED:
            self._index(photo)
            photo = self._photo(key)
        return {"photo": key.external_image_id, "status": photo.status.value, "reason": photo.reason}

    def _photo(self, key: PhotoKey) -> Photo:
        photo = self.cases.get_photo(key)
        if photo is None:
            raise NotFoundError(f"no photo {key.external_image_id}")
        return photo

    def _index(self, photo: Photo) -> None:
        if photo.object_key is None:
            raise NotFoundError(f"photo {photo.key.external_image_id} has no picture")
        result = self.faces.index(photo.key, self.bucket, photo.object_key)
        case = str(photo.key.case)
        record = audit_event(
            self.clock(),
            self.actor,
            "index_photo",
            f"photo:{photo.key.external_image_id}",
            PhotoStatus.INDEXED if result.face_id else PhotoStatus.REFUSED,
            case=case,
            reasons=(result.reason,) if result.reason else (),
            details={"face_id": result.face_id} if result.face_id else {},
        )
        try:
            self.cases.finish_photo(photo.key, result, record)
        except ConflictError:
            self._undo(photo.key, result.face_id)

    def _undo(self, key: PhotoKey, face_id: str | None) -> None:
        """Another execution was faster, which left the same one face; or the photo left, or was erased."""
        photo = self.cases.get_photo(key)
        if face_id and (photo is None or photo.status in (PhotoStatus.WITHDRAWING, PhotoStatus.WITHDRAWN)):
            self.faces.delete([face_id])
