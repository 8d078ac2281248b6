"""Remove Faces: delete faces and pictures of photos that must leave the collection, whichever run decided so.

Every case that is closed comes by here, as long as any photo of it was in use. So this is also where its alerts are
taken back: before the photos are finished, and again after a crash.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.cases import CaseKey, CaseStatus, Photo, PhotoStatus
from homeward.domain.errors import ConflictError
from homeward.domain.ports import CaseStore, Clock, FaceCollections, ObjectStore
from homeward.domain.sync import run_folder

BATCH = 1000  # faces of one DeleteFaces; Amazon Rekognition takes 4,096


@dataclass(frozen=True, slots=True)
class RemoveFaces:
    """WITHDRAWING -> WITHDRAWN. Matching has left these photos out since they became WITHDRAWING.

    Faces go from every generation of the collection. A photo that was just being indexed has no face id here; whoever
    indexed it deletes such a face again.
    """

    faces: FaceCollections
    cases: CaseStore
    objects: ObjectStore
    bucket: str
    clock: Clock
    actor: str
    retract_alerts_of: Callable[[CaseKey, str], Sequence[str]]

    def __call__(self, run: str) -> dict[str, int]:
        """Return `{"photos", "faces", "alerts"}`: how many left; also kept as `sync/<run>/removed.json`."""
        counts = self.remove()
        body = json.dumps(counts).encode()
        self.objects.put(self.bucket, f"{run_folder(run)}/removed.json", body, "application/json")
        return counts

    def remove(self) -> dict[str, int]:
        """The same outside of a run."""
        counts = {"photos": 0, "faces": 0, "alerts": 0}
        leaving = list(self.cases.photos_leaving())
        for first in range(0, len(leaving), BATCH):
            photos = leaving[first : first + BATCH]
            ids = [face_id for photo in photos for face_id in photo.face_ids]
            for some in range(0, len(ids), BATCH):
                self.faces.delete(ids[some : some + BATCH])
            counts["alerts"] += sum(len(self.retract_alerts_of(key, self.actor)) for key in self._closed(photos))
            for photo in photos:
                if photo.object_key:
                    self.objects.remove(self.bucket, photo.object_key)
                self._finish(photo)
            counts["photos"] += len(photos)
            counts["faces"] += sum(bool(photo.face_ids) for photo in photos)
        return counts

    def _closed(self, photos: Iterable[Photo]) -> list[CaseKey]:
        """Which of the photos' cases nobody looks for any more; others only lost a photo."""
        cases = self.cases.get_cases(photo.key.case for photo in photos)
        return [key for key, case in cases.items() if case.status is not CaseStatus.OPEN]

    def _finish(self, photo: Photo) -> None:
        case = str(photo.key.case)
        details: dict[str, Any] = {"face_ids": list(photo.face_ids)} if photo.face_ids else {}
        about = (self.actor, "remove_face", f"photo:{photo.key.external_image_id}", PhotoStatus.WITHDRAWN.value)
        reasons = (photo.reason,) if photo.reason else ()
        event = audit_event(self.clock(), *about, case=case, reasons=reasons, details=details)
        with suppress(ConflictError):  # another run was faster
            self.cases.finish_leaving(photo.key, event)
