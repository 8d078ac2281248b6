"""CaseStore on DynamoDB: a table of cases, and one of their photos with an index of those that wait for something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from homeward.adapters.case_items import (
    OTHER_FACES,
    TO_INDEX,
    TO_REMOVE,
    case_item,
    photo_item,
    photo_item_key,
    read_case,
    read_known,
    read_photo,
)
from homeward.adapters.dynamodb import (
    Item,
    adding,
    batch_get,
    check,
    delete,
    event_put,
    get,
    put,
    query,
    scan,
    transact,
    update,
)
from homeward.adapters.suppressions import suppression_put
from homeward.domain.audit import AuditEvent
from homeward.domain.cases import Case, CaseKey, CaseStatus, Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.domain.errors import ConflictError
from homeward.domain.ports import CaseChange, IndexResult
from homeward.domain.suppressions import SuppressionReason
from homeward.domain.sync import KnownCase

INDEX = "awaiting_index"
_KNOWN = "source_set,number,modified,status,absent_since"
_NOT_NEWER = "attribute_not_exists(#case) OR #modified <= :modified"
_IN_USE = {name: PhotoStatus[name.upper()].value for name in ("admitted", "indexed", "refused")}
_HAS_FACE, _INDEXED = "#status = :indexed AND #face_id = :was", {"indexed": PhotoStatus.INDEXED.value}
_REFUSED = {"refused": PhotoStatus.REFUSED.value}
_TAKES_FACE = "#status = :refused AND contains(other_faces, :set_face_id)"
_NEW_OR_BACK = "attribute_not_exists(photo_id) OR #status IN (:refused, :withdrawn)"


@dataclass(frozen=True, slots=True)
class DynamoCaseStore:
    """Tables `cases` (key `case`) and `photos` (key `case`, `photo_id`; sparse index `awaiting_index`).

    A change of a case also touches the tables `suppressions` and `failures` (key `case`), in the same transaction.
    """

    table: str
    photos_table: str
    suppressions_table: str
    failures_table: str
    audit_table: str

    def get_cases(self, keys: Iterable[CaseKey]) -> dict[CaseKey, Case]:
        """See the port."""
        items = batch_get(self.table, [{"case": str(key)} for key in dict.fromkeys(keys)])
        return {case.key: case for case in map(read_case, items)}

    def known_cases(self, source: str, case_set: str) -> dict[str, KnownCase]:
        """See the port. Reads the whole table: about a second per 10,000 cases."""
        items = scan(self.table, projection=_KNOWN)
        return {item["number"]: read_known(item) for item in items if item["source_set"] == f"{source}:{case_set}"}

    def save_case(self, change: CaseChange, event: AuditEvent) -> None:
        """See the port."""
        transact(
            self._case_put(change.case),
            *(self._photo_put(photo) for photo in change.photos),
            *(self._leave(photo, change.leaving_reason) for photo in change.leaving),
            self._suppression(change),
            *self._forget_failure(change),
            event_put(self.audit_table, event),
        )

    def mark_absent(self, keys: Iterable[CaseKey], since: datetime) -> None:
        """See the port."""
        for key in keys:
            with suppress(ConflictError):  # marked already, or gone
                condition = "attribute_exists(#case) AND attribute_not_exists(#absent_since)"
                changes = {"absent_since": since.isoformat()}
                operation = update(self.table, {"case": str(key)}, changes, condition)
                operation["Update"]["ExpressionAttributeNames"]["#case"] = "case"
                transact(operation)

    def mark_present(self, keys: Iterable[CaseKey]) -> None:
        """See the port."""
        for key in keys:
            with suppress(ConflictError):  # not marked any more
                condition = "attribute_exists(#absent_since)"
                transact(update(self.table, {"case": str(key)}, {}, condition, remove=("absent_since",)))

    # ------------------------------------------------------------------------------------- photos

    def indexed_classes(self, photos: Iterable[PhotoKey]) -> dict[PhotoKey, PhotoClass]:
        """See the port."""
        items = batch_get(self.photos_table, [photo_item_key(photo) for photo in dict.fromkeys(photos)])
        known = map(read_photo, items)
        return {photo.key: photo.photo_class for photo in known if photo.status is PhotoStatus.INDEXED}

    def photos_of(self, case: CaseKey) -> list[Photo]:
        """See the port."""
        items = query(self.photos_table, "#case = :case", names={"#case": "case"}, case=str(case))
        return [read_photo(item) for item in items]

    def photos_awaiting_index(self) -> Iterator[Photo]:
        """See the port."""
        return self._awaiting(TO_INDEX)

    def photos_leaving(self) -> Iterator[Photo]:
        """See the port."""
        return self._awaiting(TO_REMOVE)

    def get_photo(self, key: PhotoKey) -> Photo | None:
        """See the port."""
        item = get(self.photos_table, photo_item_key(key))
        return read_photo(item) if item else None

    def finish_photo(self, key: PhotoKey, result: IndexResult, event: AuditEvent) -> None:
        """See the port."""
        status = PhotoStatus.INDEXED if result.face_id else PhotoStatus.REFUSED
        found = {"face_id": result.face_id} if result.face_id else {"reason": result.reason}
        self._finish(key, PhotoStatus.ADMITTED, {"status": status.value, **found}, (), event)

    def finish_leaving(self, key: PhotoKey, event: AuditEvent) -> None:
        """See the port."""
        changes = {"status": PhotoStatus.WITHDRAWN.value}
        self._finish(key, PhotoStatus.WITHDRAWING, changes, ("face_id", OTHER_FACES), event)

    def statuses(self) -> Iterator[tuple[CaseKey, CaseStatus]]:
        """See the port."""
        for item in scan(self.table, projection="case,status"):
            yield CaseKey.parse(item["case"]), CaseStatus(item["status"])

    def photos(self) -> Iterator[Photo]:
        """See the port."""
        return map(read_photo, scan(self.photos_table))

    def all_cases(self) -> Iterator[Case]:
        """See the port."""
        return map(read_case, scan(self.table))

    def index_again(self, key: PhotoKey, face_id: str, event: AuditEvent) -> None:
        """See the port."""
        changes = {"status": PhotoStatus.ADMITTED.value, "awaiting": TO_INDEX}
        operation = update(
            self.photos_table, photo_item_key(key), changes, _HAS_FACE, ("face_id",), was=face_id, **_INDEXED
        )
        transact(adding(operation, OTHER_FACES, {face_id}), event_put(self.audit_table, event))

    def adopt_face(self, key: PhotoKey, was: str, face_id: str, event: AuditEvent) -> None:
        """See the port."""
        changes = {"status": PhotoStatus.INDEXED.value, "face_id": face_id}
        table, where, remove = self.photos_table, photo_item_key(key), () if was else ("reason",)
        condition, states = (_HAS_FACE, {"was": was, **_INDEXED}) if was else (_TAKES_FACE, _REFUSED)
        operation = update(table, where, changes, condition, remove, **states)
        operation = adding(operation, OTHER_FACES, {was}) if was else operation
        transact(operation, event_put(self.audit_table, event))

    def note_face(self, key: PhotoKey, face_id: str, event: AuditEvent) -> None:
        """See the port."""
        case, where = {"case": str(key.case)}, photo_item_key(key)
        noted = update(self.photos_table, where, {}, "#status IN (:admitted, :indexed, :refused)", **_IN_USE)
        transact(
            adding(noted, OTHER_FACES, {face_id}, {"#status": "status"}),
            check(self.table, case, "#status = :open", {"#status": "status"}, open=CaseStatus.OPEN.value),
            check(self.suppressions_table, case, "attribute_not_exists(#case)", {"#case": "case"}),
            event_put(self.audit_table, event),
        )

    def withdraw_photo(self, key: PhotoKey, reason: str, event: AuditEvent) -> None:
        """See the port."""
        transact(self._leave(key, reason), event_put(self.audit_table, event))

    def _awaiting(self, what: str) -> Iterator[Photo]:
        for item in query(self.photos_table, "awaiting = :what", index=INDEX, what=what):
            yield read_photo(item)

    def _finish(
        self, key: PhotoKey, before: PhotoStatus, changes: Item, remove: tuple[str, ...], event: AuditEvent
    ) -> None:
        condition, where = "#status = :before", photo_item_key(key)
        transact(
            update(self.photos_table, where, changes, condition, remove=("awaiting", *remove), before=before.value),
            event_put(self.audit_table, event),
        )

    # ------------------------------------------------------------------------------------- parts of a change

    def _case_put(self, case: Case) -> Item:
        names = {"#case": "case", "#modified": "modified"}
        return put(self.table, case_item(case), _NOT_NEWER, names, modified=case.modified)

    def _photo_put(self, photo: Photo) -> Item:
        states = {"refused": PhotoStatus.REFUSED.value, "withdrawn": PhotoStatus.WITHDRAWN.value}
        return put(self.photos_table, photo_item(photo), _NEW_OR_BACK, {"#status": "status"}, **states)

    def _leave(self, photo: PhotoKey, reason: str) -> Item:
        changes = {"status": PhotoStatus.WITHDRAWING.value, "awaiting": TO_REMOVE, "reason": reason}
        condition = "#status IN (:admitted, :indexed) OR (#status = :refused AND attribute_exists(other_faces))"
        return update(self.photos_table, photo_item_key(photo), changes, condition, **_IN_USE)

    def _forget_failure(self, change: CaseChange) -> list[Item]:
        return [delete(self.failures_table, {"case": str(change.case.key)})] if change.had_failed else []

    def _suppression(self, change: CaseChange) -> Item:
        if change.suppression:
            return suppression_put(self.suppressions_table, change.suppression)
        key, requested = {"case": str(change.case.key)}, SuppressionReason.REQUESTED.value
        if change.lifts:
            condition = "attribute_not_exists(#reason) OR #reason <> :requested"
            return delete(self.suppressions_table, key, condition, {"#reason": "reason"}, requested=requested)
        return check(self.suppressions_table, key, "attribute_not_exists(#case)", {"#case": "case"})
