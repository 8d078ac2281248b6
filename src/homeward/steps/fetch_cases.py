"""Fetch Cases: bring one batch of cases, with their photos, into the tables and the cases bucket.

A case is stored in one transaction with its photos and its audit event, after all its objects are in S3. Whatever is
interrupted leaves objects at most, under the keys that the next try writes again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.admission import MAX_BYTES, MAX_PHOTOS, Refusal, admit, photo_object_key, picture_refusal
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.cases import Case, CaseKey, CaseStatus, Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.domain.errors import ConflictError, NotFoundError, SourceBlockedError, SourceError, TransientError
from homeward.domain.pictures import picture_format
from homeward.domain.ports import AuditLog, CaseSource, CaseStore, Clock, ObjectStore
from homeward.domain.sources import IndexRow, SourceImage, SourceRecord
from homeward.domain.sync import run_folder

NEW, CHANGED, STORED_ALREADY, FAILED = "NEW", "CHANGED", "STORED_ALREADY", "FAILED"


@dataclass(frozen=True, slots=True)
class FetchCases:
    """Writes its counts to `sync/<run>/fetched/<batch>.json`, also when cases failed."""

    source: CaseSource
    cases: CaseStore
    objects: ObjectStore
    audit: AuditLog
    bucket: str
    clock: Clock
    actor: str = "dag:sync_namus_cases"

    def __call__(self, run: str, batch: str) -> dict[str, Any]:
        """Return `{"cases": {outcome: count}, "photos": {status or refusal: count}}`.

        One bad case doesn't stop the others; SourceError at the end when there was one. SourceBlockedError at once.
        """
        folder = run_folder(run)
        rows = [IndexRow(**row) for row in json.loads(self.objects.get(self.bucket, f"{folder}/batches/{batch}.json"))]
        held = self.cases.get_cases(self._key(row.number) for row in rows)
        outcomes, photos, failures = Counter[str](), Counter[str](), []
        for row in rows:
            try:
                outcome, found = self._sync(run, row, held.get(self._key(row.number)))
            except SourceBlockedError:
                raise
            except (SourceError, NotFoundError, TransientError, ConflictError) as problem:
                outcome, found = FAILED, Counter[str]()
                failures.append(self._failed(run, row, problem))
            outcomes[outcome] += 1
            photos += found
        counts = {"cases": dict(outcomes), "photos": dict(photos)}
        done = json.dumps({**counts, "failures": failures}, sort_keys=True).encode()
        self.objects.put(self.bucket, f"{folder}/fetched/{batch}.json", done, "application/json")
        if failures:
            raise SourceError(f"{len(failures)} of {len(rows)} cases of batch {batch} failed, first {failures[0]}")
        return counts

    def _sync(self, run: str, row: IndexRow, held: Case | None) -> tuple[str, Counter[str]]:
        if held and held.modified == row.modified:
            return STORED_ALREADY, Counter()
        record = self.source.fetch(row.number)
        if held and held.raw_sha256 == record.case.raw_sha256:
            return STORED_ALREADY, Counter()
        self.objects.put(self.bucket, record.case.raw_key, record.raw, "application/json")
        photos, refused = self._photos(record)
        counts = Counter([*(photo.reason or photo.status.value for photo in photos), *(why for _, why in refused)])
        outcome = CHANGED if held else NEW
        event = self._saved(run, record.case, outcome, counts, refused)
        try:
            self.cases.save_case(record.case, photos, event)
        except ConflictError:
            self._check_stored(record.case)
            return STORED_ALREADY, Counter()
        return outcome, counts

    def _check_stored(self, case: Case) -> None:
        """Another run was faster: fine, unless what it stored is older than what we read."""
        stored = self.cases.get_cases([case.key]).get(case.key)
        if stored is None or stored.modified < case.modified:
            raise ConflictError(f"another run stored an older version of {case.key} at the same time; run again")

    def _photos(self, record: SourceRecord) -> tuple[list[Photo], list[tuple[int | None, str]]]:
        """The case's photos, known ones as they are stored; and (identityId, reason) of each refused image."""
        known = {photo.key: photo for photo in self.cases.photos_of(record.case.key)}
        admitted: dict[PhotoKey, PhotoClass] = {}
        refused: list[tuple[int | None, str]] = []
        for image in record.images:
            verdict = _verdict(record.case, image, len(admitted))
            if isinstance(verdict, Refusal):
                refused.append((image.identity_id, verdict.value))
            else:
                admitted.setdefault(*verdict)
        return [known.get(key) or self._keep(key, trust) for key, trust in admitted.items()], refused

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

    def _saved(
        self, run: str, case: Case, outcome: str, counts: Mapping[str, int], refused: list[tuple[int | None, str]]
    ) -> AuditEvent:
        details = {
            "run": run,
            "modified": case.modified,
            "raw_key": case.raw_key,
            "raw_sha256": case.raw_sha256,
            "photos": dict(counts),
            "refused": [{"identity_id": str(identity), "reason": why} for identity, why in refused[:MAX_PHOTOS]],
        }
        about = (self.actor, "save_case", f"case:{case.key}", outcome)
        return audit_event(self.clock(), *about, case=str(case.key), details=details)

    def _failed(self, run: str, row: IndexRow, problem: Exception) -> dict[str, str]:
        key = str(self._key(row.number))
        error, text = type(problem).__name__, str(problem)[:500]
        about = (self.actor, "fetch_case", f"case:{key}", FAILED)
        details = {"run": run, "modified": row.modified, "problem": text}
        self.audit.append(audit_event(self.clock(), *about, case=key, reasons=(error,), details=details))
        return {"case": key, "error": error, "problem": text}

    def _key(self, number: int) -> CaseKey:
        return CaseKey(self.source.name, self.source.case_set, number)


def _verdict(case: Case, image: SourceImage, admitted: int) -> tuple[PhotoKey, PhotoClass] | Refusal:
    if case.status is not CaseStatus.OPEN:
        return Refusal.CASE_CLOSED
    return admit(case.key, image) if admitted < MAX_PHOTOS else Refusal.TOO_MANY_PHOTOS
