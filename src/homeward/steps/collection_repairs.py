"""The repairs of a reconcile run, one for each kind. Every one looks again before it changes anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.cases import CaseKey, PhotoKey, PhotoStatus
from homeward.domain.errors import ConflictError
from homeward.domain.ports import AuditLog, CaseStore, Clock, FaceCollection, FailureStore, FetchFailure, ObjectStore
from homeward.domain.reconciliation import Finding, Repair

Mend = Callable[[Sequence[Finding]], int]


@dataclass(frozen=True, slots=True)
class CollectionRepairs:
    """What mends a batch of findings of one kind; each returns how many of them it mended.

    The others were mended or changed by somebody else since the survey.
    """

    faces: FaceCollection
    cases: CaseStore
    failures: FailureStore
    objects: ObjectStore
    audit: AuditLog
    bucket: str
    clock: Clock
    actor: str
    run: str

    def ways(self) -> dict[Repair, Mend]:
        """In their order: bytes come back before photos are indexed again from them; what is too much goes last."""
        return {
            Repair.RESTORE_BYTES: self._each(self._restore),
            Repair.FETCH_AGAIN: self._each(self._fetch_again),
            Repair.WITHDRAW_PHOTO: self._each(self._withdraw),
            Repair.ADOPT_FACE: self._adopt,
            Repair.INDEX_AGAIN: self._index_again,
            Repair.DELETE_FACE: self._delete_faces,
            Repair.DELETE_OBJECT: self._delete_objects,
        }

    @staticmethod
    def _each(mend: Callable[[Finding], bool]) -> Mend:
        return lambda batch: sum(map(mend, batch))

    # ------------------------------------------------------------------------------------- bytes and records

    def _restore(self, finding: Finding) -> bool:
        """Where no version is left, the source is asked again; the photo's face stays, and can be found meanwhile."""
        if not self.objects.restore(self.bucket, str(finding.object_key)):
            return self._fetch_again(finding)
        self.audit.append(self._event(finding, "RESTORED"))
        return True

    def _fetch_again(self, finding: Finding) -> bool:
        case = CaseKey.parse(str(finding.case))
        failure = FetchFailure(case, self.run, self.clock(), finding.drift.value, "found by reconcile_collection")
        self.failures.record(failure, self._event(finding, "TO_FETCH"))
        return True

    def _delete_objects(self, batch: Sequence[Finding]) -> int:
        """The bytes of a photo whose row came (back) since the survey stay."""
        needed = {photo.object_key for photo in self.cases.photos() if photo.status is not PhotoStatus.WITHDRAWN}
        spare = [finding for finding in batch if finding.object_key not in needed]
        for finding in spare:
            self.objects.remove(self.bucket, str(finding.object_key))
            self.audit.append(self._event(finding, "DELETED"))
        return len(spare)

    # ------------------------------------------------------------------------------------- photos and faces

    def _withdraw(self, finding: Finding) -> bool:
        event = self._event(finding, PhotoStatus.WITHDRAWING)
        return _came_through(lambda: self.cases.withdraw_photo(_key(finding), str(finding.reason), event))

    def _adopt(self, batch: Sequence[Finding]) -> int:
        present = self.faces.present([str(finding.face_id) for finding in batch])
        return sum(finding.face_id in present and self._adopt_one(finding) for finding in batch)

    def _adopt_one(self, finding: Finding) -> bool:
        event = self._event(finding, PhotoStatus.INDEXED)
        was, now = finding.reason or "", str(finding.face_id)
        return _came_through(lambda: self.cases.adopt_face(_key(finding), was, now, event))

    def _index_again(self, batch: Sequence[Finding]) -> int:
        present = self.faces.present([str(finding.face_id) for finding in batch])
        return sum(finding.face_id not in present and self._index_one_again(finding) for finding in batch)

    def _index_one_again(self, finding: Finding) -> bool:
        event = self._event(finding, PhotoStatus.ADMITTED)
        return _came_through(lambda: self.cases.index_again(_key(finding), str(finding.face_id), event))

    def _delete_faces(self, batch: Sequence[Finding]) -> int:
        spare = [finding for finding in batch if self._is_spare(finding)]
        if spare:
            self.faces.delete([str(finding.face_id) for finding in spare])
        for finding in spare:
            self.audit.append(self._event(finding, "DELETED"))
        return len(spare)

    def _is_spare(self, finding: Finding) -> bool:
        """A face goes unless its photo's row names it now; while a photo is being indexed nobody can tell."""
        photo = self.cases.get_photo(_key(finding))
        if photo is None:
            return True
        return photo.face_id != finding.face_id and photo.status is not PhotoStatus.ADMITTED

    def _event(self, finding: Finding, outcome: str) -> AuditEvent:
        details: dict[str, Any] = {"run": self.run, **finding.to_json()}
        subject = f"object:{finding.object_key}"
        if finding.photo:
            subject = f"photo:{finding.photo}"
        elif finding.case:
            subject = f"case:{finding.case}"
        about = (self.actor, "reconcile_collection", subject, outcome)
        reasons = (finding.drift.value,)
        return audit_event(self.clock(), *about, case=finding.case, reasons=reasons, details=details)


def _key(finding: Finding) -> PhotoKey:
    return PhotoKey.parse(str(finding.photo))


def _came_through(change: Callable[[], None]) -> bool:
    try:
        change()
    except ConflictError:  # it isn't as the survey saw it: somebody else was here
        return False
    return True
