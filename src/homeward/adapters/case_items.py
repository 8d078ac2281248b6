"""Cases and photos as items of their tables, and back."""

from __future__ import annotations

from datetime import date

from homeward.adapters.dynamodb import Item
from homeward.domain.cases import Case, CaseKey, CaseStatus, Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.domain.sync import KnownCase

TO_INDEX, TO_REMOVE = "INDEX", "REMOVE"
OTHER_FACES = "other_faces"
_AWAITING = {PhotoStatus.ADMITTED: TO_INDEX, PhotoStatus.WITHDRAWING: TO_REMOVE}


def case_item(case: Case) -> Item:
    """The item of a case."""
    item: Item = {name: getattr(case, name) for name in Case.__slots__ if name != "key"}
    return {
        **item,
        "case": str(case.key),
        "source_set": f"{case.key.source}:{case.key.case_set}",
        "number": case.key.number,
        "status": case.status.value,
        "ethnicities": list(case.ethnicities),
        "last_contact": case.last_contact.isoformat() if case.last_contact else None,
    }


def read_case(item: Item) -> Case:
    """The case of an item."""
    return Case(
        key=CaseKey.parse(item["case"]),
        status=CaseStatus(item["status"]),
        sex=item.get("sex"),
        ethnicities=tuple(item.get("ethnicities", ())),
        current_age_min=item.get("current_age_min"),
        current_age_max=item.get("current_age_max"),
        last_contact=date.fromisoformat(item["last_contact"]) if "last_contact" in item else None,
        link=item["link"],
        created=item["created"],
        modified=item["modified"],
        raw_key=item["raw_key"],
        raw_sha256=item["raw_sha256"],
    )


def photo_item_key(key: PhotoKey) -> Item:
    """The key of a photo's item."""
    return {"case": str(key.case), "photo_id": key.photo_id}


def photo_item(photo: Photo) -> Item:
    """The item of a photo; `awaiting` puts it into the sparse index of those that wait for something."""
    return {
        **photo_item_key(photo.key),
        "photo_ref": photo.key.external_image_id,
        "identity_id": photo.key.identity_id,
        "storage_key": photo.key.storage_key,
        "photo_class": photo.photo_class.value,
        "status": photo.status.value,
        "object_key": photo.object_key,
        "sha256": photo.sha256,
        "reason": photo.reason,
        "face_id": photo.face_id,
        OTHER_FACES: set(photo.other_faces) or None,
        "awaiting": _AWAITING.get(photo.status),
    }


def read_photo(item: Item) -> Photo:
    """The photo of an item."""
    return Photo(
        key=PhotoKey(CaseKey.parse(item["case"]), item["identity_id"], item["storage_key"]),
        photo_class=PhotoClass(item["photo_class"]),
        status=PhotoStatus(item["status"]),
        object_key=item.get("object_key"),
        sha256=item.get("sha256"),
        reason=item.get("reason"),
        face_id=item.get("face_id"),
        other_faces=tuple(sorted(item.get(OTHER_FACES, ()))),
    )


def read_known(item: Item) -> KnownCase:
    """What the diff needs of a case's item."""
    return KnownCase(item["modified"], CaseStatus(item["status"]), item.get("absent_since"))
