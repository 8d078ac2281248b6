"""Expire Records: delete what is past its time. Done again, it finds what is left.

Whatever is open is left alone (`domain/expiry.py`). A row and the event that tells of it go in one transaction; the
picture behind a row goes before it, so nothing stays that no row knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.cases import CaseKey, CaseStatus
from homeward.domain.detections import Picture, iso
from homeward.domain.errors import ConflictError
from homeward.domain.expiry import RULES, is_open
from homeward.domain.ports import (
    AuditLog,
    Clock,
    ObjectVersions,
    PictureStore,
    PolicySource,
    RetentionSource,
    Rows,
    StoredVersion,
    SuppressionList,
)
from homeward.domain.retention import Kept, Retention
from homeward.steps.erasure_files import RUN_FOLDERS, raw_folder

EXPIRED, BUSY = "EXPIRED", "BUSY"  # deleted; changed just now, so the next run looks again
_KEY = {Kept.REVIEWS: "detection", Kept.DETECTIONS: "detection", Kept.CROPS: "detection", Kept.FRAMES: "frame"}


@dataclass(frozen=True, slots=True)
class ExpireRecords:
    """`tables` are the rows behind each kind, the detections' for CROPS and the cases' for RAW_RECORDS."""

    tables: Mapping[Kept, Rows]
    suppressions: SuppressionList
    pictures: PictureStore
    versions: ObjectVersions
    bucket: str
    audit: AuditLog
    retention: RetentionSource
    policy: PolicySource
    clock: Clock
    actor: str

    def __call__(self, kind: Kept, limit: int, dry_run: bool) -> dict[str, Any]:
        """Return `{"kind", "due", "counts", "more"}`: how many of at most `limit` were due, and what came of them."""
        now, retention = self.clock(), self.retention()
        found = list(islice(self._due(kind, retention, now), limit + 1))
        due, more = found[:limit], len(found) > limit
        counts = Counter[str]()
        if not dry_run and kind is Kept.RUN_FILES:
            counts = self._remove_files(due, retention)
        elif not dry_run:
            counts.update(self._expire(kind, row, until, retention) for row, until in due)
        return {"kind": kind.value, "due": len(due), "counts": dict(counts), "more": more}

    # ------------------------------------------------------------------------------------- what is due

    def _due(self, kind: Kept, retention: Retention, now: datetime) -> Iterator[Any]:
        if kind is Kept.RUN_FILES:
            return self._old_files(now - retention.keep[kind])
        if kind is Kept.RAW_RECORDS:
            return self._closed_cases(now, retention)
        return self._old_rows(kind, retention, now)

    def _old_rows(
        self, kind: Kept, retention: Retention, now: datetime
    ) -> Iterator[tuple[Mapping[str, Any], datetime]]:
        rule, quiet = RULES[kind], timedelta(seconds=self.policy().quiet_seconds)
        for row in self.tables[kind].all():
            until = rule(row, retention, quiet)
            if until and until <= now and not (kind is Kept.REVIEWS and self._is_needed(row)):
                yield row, until

    def _is_needed(self, review: Mapping[str, Any]) -> bool:
        """Whether the detection that a question is about is still under way."""
        detection = self.tables[Kept.DETECTIONS].get(detection_id=str(review["detection_id"]))
        return detection is not None and is_open(detection)

    def _closed_cases(self, now: datetime, retention: Retention) -> Iterator[tuple[Mapping[str, Any], datetime]]:
        closed = {str(one.case): one.since for one in self.suppressions.all()}
        for row in self.tables[Kept.RAW_RECORDS].all():
            since = closed.get(row["case"])
            over = row["status"] != CaseStatus.OPEN and "raw_expired_at" not in row
            if over and since and since + retention.keep[Kept.RAW_RECORDS] <= now:
                yield row, since + retention.keep[Kept.RAW_RECORDS]

    def _old_files(self, before: datetime) -> Iterator[StoredVersion]:
        for folder in RUN_FOLDERS:
            yield from (one for one in self.versions.each(self.bucket, folder) if one.modified <= before)

    # ------------------------------------------------------------------------------------- what becomes of it

    def _expire(self, kind: Kept, row: Mapping[str, Any], until: datetime, retention: Retention) -> str:
        event = self._event(kind, row, until, retention)
        rows = self.tables[kind]
        with suppress(ConflictError):
            if kind is Kept.RAW_RECORDS:
                self._remove_records(row)
                rows.replace(row, {**row, "raw_expired_at": event.at}, event)
                return EXPIRED
            if "picture" in row and "picture_deleted_at" not in row and "crop_deleted_at" not in row:
                self.pictures.delete(Picture(**row["picture"]))
            if kind is Kept.CROPS:
                gone = {name: value for name, value in row.items() if name not in ("keep_until", "kept_because")}
                rows.replace(row, {**gone, "crop_deleted_at": event.at}, event)
            else:
                rows.delete(row, event)
            return EXPIRED
        return BUSY

    def _remove_records(self, row: Mapping[str, Any]) -> None:
        for version in list(self.versions.each(self.bucket, raw_folder(CaseKey.parse(row["case"])))):
            self.versions.remove(version)

    def _remove_files(self, due: list[StoredVersion], retention: Retention) -> Counter[str]:
        for version in due:
            self.versions.remove(version)
        if due:
            about = (self.actor, "expire_record", f"store:{Kept.RUN_FILES}", EXPIRED)
            details = {"files": len(due), "oldest": iso(min(version.modified for version in due))}
            event = audit_event(self.clock(), *about, policy_version=retention.version, details=details)
            self.audit.append(event)
        return Counter({EXPIRED: len(due)} if due else {})

    def _event(self, kind: Kept, row: Mapping[str, Any], until: datetime, retention: Retention) -> AuditEvent:
        subject, case = _subject(kind, row)
        details = {"kind": kind.value, "kept_until": iso(until)}
        about = (self.actor, "expire_record", subject, EXPIRED)
        return audit_event(self.clock(), *about, case=case, policy_version=retention.version, details=details)


def _subject(kind: Kept, row: Mapping[str, Any]) -> tuple[str, str | None]:
    if kind is Kept.RAW_RECORDS:
        return f"case:{row['case']}", row["case"]
    if kind is Kept.ALERTS:
        case, place = str(row["case_place"]).split("#", 1)
        slot = str(row["alert_id"]).startswith("#")
        return (f"slot:{place}{row['alert_id']}" if slot else f"detection:{row['alert_id']}"), case
    what = _KEY[kind]
    return f"{what}:{row[f'{what}_id']}", row.get("case")
