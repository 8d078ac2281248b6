"""Fetch Cases: bring one batch of cases, with their photos, into the tables and the cases bucket.

A case is stored in one transaction with its photos and its audit event, after all its objects are in S3. Whatever is
interrupted leaves objects at most, under the keys that the next try writes again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from homeward.domain.admission import MAX_PHOTOS
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.cases import Case, CaseKey, CaseStatus
from homeward.domain.errors import ConflictError, NotFoundError, SourceBlockedError, SourceError, TransientError
from homeward.domain.ports import (
    CaseChange,
    CaseSource,
    CaseStore,
    Clock,
    FailureStore,
    FetchFailure,
    ObjectStore,
    SuppressionList,
)
from homeward.domain.sources import IndexRow
from homeward.domain.suppressions import Suppression, SuppressionReason
from homeward.domain.sync import run_folder
from homeward.steps.case_photos import CasePhotos, SortPhotos

NEW, CHANGED, RETURNED = "NEW", "CHANGED", "RETURNED"
FETCHED_AGAIN = "FETCHED_AGAIN"  # it failed before, or something of it was lost; the record is the same
STORED_ALREADY, SUPPRESSED, FAILED = "STORED_ALREADY", "SUPPRESSED", "FAILED"


class Leaving(StrEnum):
    """Why a photo of a case that we read must leave the collection."""

    CASE_CLOSED = "CASE_CLOSED"
    NOT_LISTED = "NOT_LISTED"


@dataclass(frozen=True, slots=True)
class _Held:
    """What we hold of a batch before it begins."""

    cases: Mapping[CaseKey, Case]
    suppressions: Mapping[CaseKey, Suppression]
    failed: Set[str]


@dataclass(frozen=True, slots=True)
class FetchCases:
    """Writes its counts to `sync/<run>/fetched/<batch>.json`, also when cases failed."""

    source: CaseSource
    cases: CaseStore
    failures: FailureStore
    suppressions: SuppressionList
    photos: SortPhotos
    objects: ObjectStore
    bucket: str
    clock: Clock
    actor: str

    def __call__(self, run: str, batch: str) -> dict[str, Any]:
        """Return `{"cases": {outcome: count}, "photos": {status or refusal: count}}`.

        One bad case doesn't stop the others; SourceError at the end when there was one. SourceBlockedError at once.
        """
        folder, before = run_folder(run), self.source.traffic
        rows = [IndexRow(**row) for row in json.loads(self.objects.get(self.bucket, f"{folder}/batches/{batch}.json"))]
        held = self._held([row.number for row in rows])
        outcomes, photos, failures = Counter[str](), Counter[str](), []
        for row in rows:
            try:
                outcome, found = self._sync(run, row, held)
            except SourceBlockedError:
                raise
            except (SourceError, NotFoundError, TransientError, ConflictError) as problem:
                outcome, found = FAILED, Counter[str]()
                failures.append(self._failed(run, row, problem))
            outcomes[outcome] += 1
            photos += found
        counts = {"cases": dict(outcomes), "photos": dict(photos)}
        traffic = asdict(self.source.traffic - before)
        done = json.dumps({**counts, "failures": failures, "traffic": traffic}, sort_keys=True).encode()
        self.objects.put(self.bucket, f"{folder}/fetched/{batch}.json", done, "application/json")
        if failures:
            raise SourceError(f"{len(failures)} of {len(rows)} cases of batch {batch} failed, first {failures[0]}")
        return counts

    def _held(self, numbers: Sequence[str]) -> _Held:
        keys = [self._key(number) for number in numbers]
        failed = self.failures.failed(self.source.name, self.source.case_set)
        return _Held(self.cases.get_cases(keys), self.suppressions.entries(keys), failed)

    def _sync(self, run: str, row: IndexRow, held: _Held) -> tuple[str, Counter[str]]:
        key = self._key(row.number)
        case, suppression, failed = held.cases.get(key), held.suppressions.get(key), row.number in held.failed
        if suppression and not suppression.ends_with_return:
            return SUPPRESSED, Counter()
        back = case is not None and case.status is CaseStatus.WITHDRAWN
        sure = case is not None and not back and not failed
        if case and sure and case.modified == row.modified:
            return STORED_ALREADY, Counter()
        record = self.source.fetch(row.number)
        same = case is not None and case.raw_sha256 == record.case.raw_sha256
        if sure and same:
            return STORED_ALREADY, Counter()
        self.objects.put(self.bucket, record.case.raw_key, record.raw, "application/json")
        photos = self.photos(record, is_new=case is None, is_sure=not failed)
        outcome = RETURNED if back else FETCHED_AGAIN if same else CHANGED if case else NEW
        change = self._change(record.case, photos, suppression is not None, failed)
        try:
            self.cases.save_case(change, self._saved(run, record.case, outcome, photos))
        except ConflictError:
            self._check_stored(record.case)
            return STORED_ALREADY, Counter()
        return outcome, photos.counts()

    def _change(self, case: Case, photos: CasePhotos, lifts: bool, had_failed: bool) -> CaseChange:
        closed = case.status is not CaseStatus.OPEN
        entry = Suppression(case.key, SuppressionReason.RESOLVED, self.clock(), self.actor) if closed else None
        return CaseChange(
            case=case,
            photos=tuple(photos.added),
            leaving=tuple(photos.leaving),
            leaving_reason=(Leaving.CASE_CLOSED if closed else Leaving.NOT_LISTED).value,
            suppression=entry,
            lifts=lifts and not closed,
            had_failed=had_failed,
        )

    def _check_stored(self, case: Case) -> None:
        """Another run was faster: fine, unless what it stored is older than what we read."""
        stored = self.cases.get_cases([case.key]).get(case.key)
        if stored is None or stored.modified < case.modified or stored.status is not case.status:
            raise ConflictError(f"another run stored something else of {case.key} at the same time; run again")

    def _saved(self, run: str, case: Case, outcome: str, photos: CasePhotos) -> AuditEvent:
        details = {
            "run": run,
            "modified": case.modified,
            "raw_key": case.raw_key,
            "raw_sha256": case.raw_sha256,
            "photos": dict(photos.counts()),
            "refused": [{"identity_id": str(identity), "reason": why} for identity, why in photos.refused[:MAX_PHOTOS]],
        }
        about = (self.actor, "save_case", f"case:{case.key}", outcome)
        return audit_event(self.clock(), *about, case=str(case.key), details=details)

    def _failed(self, run: str, row: IndexRow, problem: Exception) -> dict[str, str]:
        key, now = self._key(row.number), self.clock()
        error, text = type(problem).__name__, str(problem)[:500]
        about = (self.actor, "fetch_case", f"case:{key}", FAILED)
        details = {"run": run, "modified": row.modified, "problem": text}
        event = audit_event(now, *about, case=str(key), reasons=(error,), details=details)
        self.failures.record(FetchFailure(key, run, now, error, text), event)
        return {"case": str(key), "error": error, "problem": text}

    def _key(self, number: str) -> CaseKey:
        return CaseKey(self.source.name, self.source.case_set, number)
