"""Summarise Sync: keep the report of a run, for programs and for people, and whether anything is missing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.cases import PhotoKey, PhotoStatus
from homeward.domain.errors import NotFoundError
from homeward.domain.latest import Latest, sync_job
from homeward.domain.ports import AuditLog, CaseStore, Clock, ObjectStore
from homeward.domain.sync import Window, run_folder
from homeward.domain.sync_page import report_page
from homeward.domain.sync_report import COMPLETE, RunFiles, build_report
from homeward.steps.latest_runs import LatestRuns
from homeward.steps.write_manifest import MANIFEST


@dataclass(frozen=True, slots=True)
class SummariseSync:
    """Writes `sync/<run>/report.json`, `report.html`, an audit event about `run:<run>`, and `latest/...`."""

    cases: CaseStore
    objects: ObjectStore
    audit: AuditLog
    latest: LatestRuns
    source: str
    bucket: str
    clock: Clock
    actor: str

    def __call__(self, run: str) -> dict[str, Any]:
        """Return the report, see `build_report`."""
        plan = self._read(run, "plan.json")
        batches = (plan or {}).get("batches", [])
        report = build_report(
            RunFiles(
                run=run,
                sweep=self._read(run, "sweep.json"),
                plan=plan,
                fetched=[self._read(run, f"fetched/{batch}.json") for batch in batches],
                withdrawn=self._read(run, "withdrawn.json"),
                removed=self._read(run, "removed.json"),
                indexed=self._indexed(run),
                leaving=sum(1 for _ in self.cases.photos_leaving()),
                now=self.clock(),
            )
        )
        self._put(run, "report.json", json.dumps(report, indent=2, sort_keys=True), "application/json")
        self._put(run, "report.html", report_page(report), "text/html; charset=utf-8")
        details = {name: value for name, value in report.items() if name not in ("failures", "outcome", "problems")}
        about = (self.actor, "summarise_sync", f"run:{run}", report["outcome"])
        self.audit.append(audit_event(self.clock(), *about, reasons=tuple(report["problems"]), details=details))
        self._note(run, report)
        return report

    def _note(self, run: str, report: Mapping[str, Any]) -> None:
        """A complete run knows of every change before the end of its window."""
        if report["outcome"] == COMPLETE:
            until = min(Window.parse(**report["window"]).until, self.clock())
            self.latest.note(sync_job(self.source), Latest(run, until))

    def _indexed(self, run: str) -> dict[str, int] | None:
        """What became of the photos of the manifest: count by status, refused ones by reason."""
        try:
            lines = self.objects.get(self.bucket, f"{run_folder(run)}/{MANIFEST}").decode().splitlines()
        except NotFoundError:
            return None
        keys = [PhotoKey.parse(json.loads(line)["photo"]) for line in lines]
        searchable = self.cases.indexed_classes(keys)
        others = (self.cases.get_photo(key) for key in keys if key not in searchable)
        counts = Counter((photo.reason or photo.status.value) if photo else "GONE" for photo in others)
        counts[PhotoStatus.INDEXED.value] = len(searchable)
        return dict(counts)

    def _read(self, run: str, name: str) -> dict[str, Any] | None:
        try:
            content: dict[str, Any] = json.loads(self.objects.get(self.bucket, f"{run_folder(run)}/{name}"))
        except NotFoundError:
            return None
        return content

    def _put(self, run: str, name: str, text: str, content_type: str) -> None:
        self.objects.put(self.bucket, f"{run_folder(run)}/{name}", text.encode(), content_type)
