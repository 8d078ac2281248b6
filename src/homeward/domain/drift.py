"""Do objects, tables and collection agree? Pure: what they hold goes in, every disagreement comes out.

The tables say what ought to be, for a photo's row follows from a case that a source published. A row that is lost isn't
the end of a person's photo: what is left of it sends us back to the source, unless nobody looks for that case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from homeward.domain.admission import photo_of_object
from homeward.domain.cases import CaseKey, CaseStatus, Photo, PhotoKey, PhotoStatus
from homeward.domain.errors import InputError
from homeward.domain.reconciliation import YOUNG, Drift, Finding, Holdings, ListedFace, Repair, StoredObject


def compare(held: Holdings, now: datetime) -> list[Finding]:
    """Every disagreement, in the order of the tables, then of the collection, then of the bucket."""
    faces = defaultdict(list)
    for face in held.faces:
        faces[face.external_image_id].append(face.face_id)
    keys = {stored.key for stored in held.objects}
    found = [finding for photo in held.photos for finding in _of_photo(photo, held, faces, keys)]
    return [*found, *_of_cases(held), *_of_rowless(held, now), *_of_left_objects(held, now)]


# --------------------------------------------------------------------------------------------- photos


def _of_photo(photo: Photo, held: Holdings, faces: Mapping[str, list[str]], objects: set[str]) -> Iterator[Finding]:
    ours = faces.get(photo.key.external_image_id, [])
    why = _unwanted(photo.key.case, held) if photo.in_use else None
    if why:
        yield _finding(Drift.PHOTO_UNWANTED, Repair.WITHDRAW_PHOTO, photo, reason=why)
    if why or not photo.status.in_use:
        yield from _of_unused(photo, ours, leaves=why is not None or photo.status is PhotoStatus.WITHDRAWING)
        return
    if photo.object_key not in objects:
        yield _finding(Drift.BYTES_MISSING, Repair.RESTORE_BYTES, photo, object_key=photo.object_key)
    yield from _of_indexed(photo, ours) if photo.status is PhotoStatus.INDEXED else _of_admitted(photo, ours)


def _of_unused(photo: Photo, ours: list[str], leaves: bool) -> Iterator[Finding]:
    """The faces that the row of a leaving photo names are deleted when it leaves.

    One that an earlier face model refused may have got a face when the collection was rebuilt.
    """
    known = sorted(set(ours) & set(photo.face_ids))
    adopted = known[:1] if photo.status is PhotoStatus.REFUSED and not leaves else []
    for one in adopted:
        yield _finding(Drift.FACE_MISPLACED, Repair.ADOPT_FACE, photo, face_id=one)
    extra = (one for one in ours if one not in (known if leaves else adopted))
    yield from (_finding(Drift.FACE_ORPHANED, Repair.DELETE_FACE, photo, face_id=one) for one in extra)


def _unwanted(case: CaseKey, held: Holdings) -> str | None:
    if case in held.suppressed:
        return "CASE_SUPPRESSED"
    status = held.cases.get(case, CaseStatus.OPEN)
    return None if status is CaseStatus.OPEN else f"CASE_{status}"


def _of_indexed(photo: Photo, ours: list[str]) -> Iterator[Finding]:
    kept = photo.face_id if photo.face_id in ours else min(ours, default=None)
    if kept is None:
        yield _finding(Drift.FACE_MISSING, Repair.INDEX_AGAIN, photo, face_id=photo.face_id)
    elif kept != photo.face_id:
        yield _finding(Drift.FACE_MISPLACED, Repair.ADOPT_FACE, photo, face_id=kept, reason=photo.face_id)
    yield from _duplicates(photo, ours, kept)


def _of_admitted(photo: Photo, ours: list[str]) -> Iterator[Finding]:
    """Indexing takes an existing face of the photo as its own, so one may be there already."""
    yield _finding(Drift.PHOTO_WAITING, None, photo)
    yield from _duplicates(photo, ours, min(ours, default=None))


def _duplicates(photo: Photo, ours: list[str], kept: str | None) -> Iterator[Finding]:
    spare = (one for one in ours if one != kept)
    yield from (_finding(Drift.FACE_DUPLICATE, Repair.DELETE_FACE, photo, face_id=one) for one in spare)


def _finding(drift: Drift, repair: Repair | None, photo: Photo, **more: str | None) -> Finding:
    return Finding(drift, repair, str(photo.key.case), photo.key.external_image_id, **more)


# --------------------------------------------------------------------------------------------- cases


def _of_cases(held: Holdings) -> Iterator[Finding]:
    photos = defaultdict(list)
    for photo in held.photos:
        photos[photo.key.case].append(photo)
    for case, own in sorted(photos.items()):
        used = any(photo.status.in_use for photo in own)
        if case not in held.cases and used and case not in held.suppressed:
            yield Finding(Drift.CASE_MISSING, Repair.FETCH_AGAIN, str(case))
        elif held.cases.get(case) is CaseStatus.OPEN and not used and not _unwanted(case, held):
            reasons = sorted({photo.reason or photo.status.value for photo in own})
            yield Finding(Drift.CASE_FACELESS, None, str(case), reason=", ".join(reasons))


# --------------------------------------------------------------------------------------------- what has no row


def _of_rowless(held: Holdings, now: datetime) -> Iterator[Finding]:
    """Faces and objects of photos without a row.

    Those of an open case are read again. The fetch that follows deletes the object if the source no longer lists the
    photo; a face without an object goes at once, so this ends whatever the source says. A photo that has lost all
    three leaves no trace here: only its source knows of it.
    """
    rows = {photo.key for photo in held.photos}
    faces, foreign = _by_photo(held.faces)
    objects = {key: stored for stored in held.objects if (key := photo_of_object(stored.key)) is not None}
    for face in foreign:
        yield Finding(Drift.FACE_FOREIGN, None, face_id=face.face_id, reason=face.external_image_id or None)
    for key in sorted((faces.keys() | objects.keys()) - rows):
        case, name, stored = str(key.case), key.external_image_id, objects.get(key)
        if stored and not _old(stored, now):
            continue
        if searched := held.cases.get(key.case) is CaseStatus.OPEN and not _unwanted(key.case, held):
            yield Finding(Drift.ROW_MISSING, Repair.FETCH_AGAIN, case, name)
        if stored and not searched:
            yield Finding(Drift.OBJECT_ORPHANED, Repair.DELETE_OBJECT, case, object_key=stored.key)
        kept = min(faces.get(key, ()), default=None) if stored and searched else None
        for face_id in faces.get(key, ()):
            if face_id != kept:
                yield Finding(Drift.FACE_ORPHANED, Repair.DELETE_FACE, case, name, face_id)


def _by_photo(faces: Iterable[ListedFace]) -> tuple[dict[PhotoKey, list[str]], list[ListedFace]]:
    ours, foreign = defaultdict(list), []
    for face in faces:
        try:
            ours[PhotoKey.parse(face.external_image_id)].append(face.face_id)
        except InputError:
            foreign.append(face)
    return ours, foreign


def _of_left_objects(held: Holdings, now: datetime) -> Iterator[Finding]:
    """A refused photo's bytes stay as long as its case is open: another face model may find what this one didn't."""
    rows = {photo.key for photo in held.photos}
    needed = {
        photo.object_key
        for photo in held.photos
        if photo.status is not PhotoStatus.WITHDRAWN
        and (photo.status is not PhotoStatus.REFUSED or photo.in_use or not _unwanted(photo.key.case, held))
    }
    for stored in held.objects:
        key = photo_of_object(stored.key)
        if stored.key not in needed and (key is None or key in rows) and _old(stored, now):
            case = str(key.case) if key else None
            yield Finding(Drift.OBJECT_ORPHANED, Repair.DELETE_OBJECT, case, object_key=stored.key)


def _old(stored: StoredObject, now: datetime) -> bool:
    return now - stored.modified > YOUNG
