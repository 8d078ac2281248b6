"""CaseStore on DynamoDB: a table of cases, and one of their photos with an index of those that wait for IndexFaces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from homeward.adapters.dynamodb import Item, batch_get, event_put, get, put, query, scan, transact, update
from homeward.domain.audit import AuditEvent
from homeward.domain.cases import Case, CaseKey, CaseStatus, Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.domain.ports import IndexResult

INDEX, WAITING = "awaiting_index", "INDEX"
_NOT_NEWER = "attribute_not_exists(#case) OR #modified <= :modified"


@dataclass(frozen=True, slots=True)
class DynamoCaseStore:
    """Tables `cases` (key `case`) and `photos` (key `case`, `photo_id`; sparse index `awaiting_index`)."""

    table: str
    photos_table: str
    audit_table: str

    def get_cases(self, keys: Iterable[CaseKey]) -> dict[CaseKey, Case]:
        """See the port."""
        items = batch_get(self.table, [{"case": str(key)} for key in dict.fromkeys(keys)])
        return {case.key: case for case in map(_case, items)}

    def indexed_classes(self, photos: Iterable[PhotoKey]) -> dict[PhotoKey, PhotoClass]:
        """See the port."""
        items = batch_get(self.photos_table, [_photo_key(photo) for photo in dict.fromkeys(photos)])
        known = map(_photo, items)
        return {photo.key: photo.photo_class for photo in known if photo.status is PhotoStatus.INDEXED}

    def known_versions(self, source: str, case_set: str) -> dict[int, str]:
        """See the port. Reads the whole table: about a second per 10,000 cases."""
        items = scan(self.table, projection="source_set,number,modified")
        return {item["number"]: item["modified"] for item in items if item["source_set"] == f"{source}:{case_set}"}

    def photos_of(self, case: CaseKey) -> list[Photo]:
        """See the port."""
        items = query(self.photos_table, "#case = :case", names={"#case": "case"}, case=str(case))
        return [_photo(item) for item in items]

    def save_case(self, case: Case, photos: Sequence[Photo], event: AuditEvent) -> None:
        """See the port. Photos that are stored already stay as they are; an older version never replaces a newer one.

        ConflictError when another run stored a newer version, or the same photos, in between.
        """
        stored = {photo.key for photo in self.photos_of(case.key)}
        new = [photo for photo in photos if photo.key not in stored]
        transact(
            _case_put(self.table, case),
            *(put(self.photos_table, _photo_item(photo), "attribute_not_exists(photo_id)") for photo in new),
            event_put(self.audit_table, event),
        )

    def photos_awaiting_index(self) -> Iterator[Photo]:
        """See the port."""
        for item in query(self.photos_table, "awaiting = :waiting", index=INDEX, waiting=WAITING):
            yield _photo(item)

    def get_photo(self, key: PhotoKey) -> Photo | None:
        """See the port."""
        item = get(self.photos_table, _photo_key(key))
        return _photo(item) if item else None

    def finish_photo(self, key: PhotoKey, result: IndexResult, event: AuditEvent) -> None:
        """See the port."""
        status = PhotoStatus.INDEXED if result.face_id else PhotoStatus.REFUSED
        found = {"face_id": result.face_id} if result.face_id else {"reason": result.reason}
        changes = {"status": status.value, **found}
        condition, waiting = "#status = :admitted", PhotoStatus.ADMITTED.value
        transact(
            update(self.photos_table, _photo_key(key), changes, condition, remove=("awaiting",), admitted=waiting),
            event_put(self.audit_table, event),
        )


def _case_put(table: str, case: Case) -> Item:
    operation = put(table, _case_item(case), _NOT_NEWER, modified=case.modified)
    operation["Put"]["ExpressionAttributeNames"] = {"#case": "case", "#modified": "modified"}
    return operation


def _case_item(case: Case) -> Item:
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


def _case(item: Item) -> Case:
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


def _photo_key(key: PhotoKey) -> Item:
    return {"case": str(key.case), "photo_id": key.photo_id}


def _photo_item(photo: Photo) -> Item:
    waits = photo.status is PhotoStatus.ADMITTED
    return {
        **_photo_key(photo.key),
        "photo_ref": photo.key.external_image_id,
        "identity_id": photo.key.identity_id,
        "storage_key": photo.key.storage_key,
        "photo_class": photo.photo_class.value,
        "status": photo.status.value,
        "object_key": photo.object_key,
        "sha256": photo.sha256,
        "reason": photo.reason,
        "face_id": photo.face_id,
        "awaiting": WAITING if waits else None,
    }


def _photo(item: Item) -> Photo:
    return Photo(
        key=PhotoKey(CaseKey.parse(item["case"]), item["identity_id"], item["storage_key"]),
        photo_class=PhotoClass(item["photo_class"]),
        status=PhotoStatus(item["status"]),
        object_key=item.get("object_key"),
        sha256=item.get("sha256"),
        reason=item.get("reason"),
        face_id=item.get("face_id"),
    )
