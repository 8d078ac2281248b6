"""The photos of a case that was read: which stay as they are, which are read and kept, and which must go."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass

from homeward.domain.admission import (
    MAX_BYTES,
    MAX_PHOTOS,
    Refusal,
    admit,
    photo_folder,
    photo_object_key,
    photo_of_object,
    picture_refusal,
)
from homeward.domain.cases import Case, CaseKey, CaseStatus, Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.domain.errors import ConflictError, NotFoundError
from homeward.domain.pictures import picture_format
from homeward.domain.ports import CaseSource, CaseStore, ObjectStore
from homeward.domain.sources import SourceImage, SourceRecord


@dataclass(frozen=True, slots=True)
class CasePhotos:
    """A record's images, sorted: `kept` are stored already, `added` are new or come back, `leaving` are to go."""

    kept: list[Photo]
    added: list[Photo]
    leaving: list[PhotoKey]
    refused: list[tuple[int | None, str]]

    def counts(self) -> Counter[str]:
        """How many images ended in which status, or were refused for which reason."""
        photos = (photo.reason or photo.status.value for photo in (*self.kept, *self.added))
        counts = Counter([*photos, *(why for _, why in self.refused)])
        return counts + Counter({PhotoStatus.WITHDRAWING.value: len(self.leaving)})


@dataclass(frozen=True, slots=True)
class SortPhotos:
    """Reads and stores the pictures that the collection lacks."""

    source: CaseSource
    cases: CaseStore
    objects: ObjectStore
    bucket: str

    def __call__(self, record: SourceRecord, is_new: bool, is_sure: bool) -> CasePhotos:
        """Sort a record's images. ConflictError while a face that is wanted again is just being deleted.

        A new case has no photos yet: they are only ever stored together with their case. Where that isn't sure, because
        something of the case was lost or failed before, what is stored is looked at, and pictures that lack are read.
        """
        known = {} if is_new and is_sure else {photo.key: photo for photo in self.cases.photos_of(record.case.key)}
        admitted: dict[PhotoKey, PhotoClass] = {}
        refused: list[tuple[int | None, str]] = []
        for image in record.images:
            verdict = _verdict(record.case, image, len(admitted))
            if isinstance(verdict, Refusal):
                refused.append((image.identity_id, verdict.value))
            else:
                admitted.setdefault(*verdict)
        staying = {key for key in admitted if key in known and _stays(known[key])}
        kept = [known[key] for key in admitted if key in staying]
        if not is_sure:
            self._complete(kept)
            self._clear(record.case.key, known.keys() | admitted.keys())
        added = [self._keep(key, trust) for key, trust in admitted.items() if key not in staying]
        leaving = [photo.key for photo in known.values() if photo.in_use and photo.key not in admitted]
        return CasePhotos(kept, added, leaving, refused)

    def _complete(self, kept: Iterable[Photo]) -> None:
        """Read the pictures again that S3 has lost."""
        for photo in kept:
            if photo.object_key and not self.objects.exists(self.bucket, photo.object_key):
                self._keep(photo.key, photo.photo_class)

    def _clear(self, case: CaseKey, ours: Set[PhotoKey]) -> None:
        """Delete pictures of photos that we have no row of and that the source doesn't list."""
        for stored in list(self.objects.listed(self.bucket, photo_folder(case))):
            if photo_of_object(stored.key) not in ours:
                self.objects.remove(self.bucket, stored.key)

    def _keep(self, key: PhotoKey, photo_class: PhotoClass) -> Photo:
        """Read a picture, store it when it is one that can be searched for."""
        try:
            data = self.source.picture(key.case.number, key.identity_id, MAX_BYTES)
        except NotFoundError:
            return Photo(key, photo_class, PhotoStatus.REFUSED, None, None, Refusal.PICTURE_MISSING.value)
        digest = hashlib.sha256(data).hexdigest()
        found, refusal = picture_format(data), picture_refusal(data)
        if refusal or found is None:
            reason = (refusal or Refusal.NOT_AN_IMAGE).value
            return Photo(key, photo_class, PhotoStatus.REFUSED, None, digest, reason)
        object_key = photo_object_key(key, data)
        self.objects.put(self.bucket, object_key, data, found.content_type)
        return Photo(key, photo_class, PhotoStatus.ADMITTED, object_key, digest)


def _verdict(case: Case, image: SourceImage, admitted: int) -> tuple[PhotoKey, PhotoClass] | Refusal:
    if case.status is not CaseStatus.OPEN:
        return Refusal.CASE_CLOSED
    return admit(case.key, image) if admitted < MAX_PHOTOS else Refusal.TOO_MANY_PHOTOS


def _stays(photo: Photo) -> bool:
    """Whether what we hold of a listed photo is still right. One that was withdrawn, or not there, is read again."""
    if photo.status is PhotoStatus.WITHDRAWING:
        raise ConflictError(f"{photo.key.external_image_id} is just leaving; the next run brings it back")
    return photo.status is not PhotoStatus.WITHDRAWN and photo.reason != Refusal.PICTURE_MISSING.value
