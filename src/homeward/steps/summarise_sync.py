"""Summarise Sync: what a run did, from what it left behind, and whether anything is missing.

The report rests on the run's files and the photo table, not on what tasks said of themselves, so it tells the truth
about a run whose tasks died.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.cases import PhotoKey, PhotoStatus
from homeward.domain.errors import NotFoundError
from homeward.domain.ports import AuditLog, CaseStore, Clock, ObjectStore
from homeward.domain.sync import run_folder
from homeward.steps.withdraw_cases import UNSURE
from homeward.steps.write_manifest import MANIFEST

COMPLETE, INCOMPLETE = "COMPLETE", "INCOMPLETE"
MAX_FAILURES = 100  # that the report names; all are counted, and each has its audit event


@dataclass(frozen=True, slots=True)
class SummariseSync:
    """Writes `sync/<run>/report.json` and an audit event about `run:<run>`."""

    cases: CaseStore
    objects: ObjectStore
    audit: AuditLog
    bucket: str
    clock: Clock
    actor: str = "dag:sync_namus_cases"

    def __call__(self, run: str) -> dict[str, Any]:
        """Return the report; its `outcome` is COMPLETE, or INCOMPLETE with `problems` that say what is missing."""
        sweep, plan = self._read(run, "sweep.json"), self._read(run, "plan.json")
        fetched = [self._read(run, f"fetched/{batch}.json") for batch in (plan or {}).get("batches", [])]
        done = [batch for batch in fetched if batch]
        withdrawn = self._read(run, "withdrawn.json")
        indexed = self._indexed(run)
        unsure = (withdrawn or {"cases": {}})["cases"].get(UNSURE, 0)
        leaving = sum(1 for _ in self.cases.photos_leaving())
        failures = [failure for batch in done for failure in batch["failures"]]
        report = {
            "run": run,
            "window": {name: plan[name] for name in ("since", "until")} if plan else None,
            "sweep": sweep,
            "diff": {**plan["counts"], "absent": len(plan["absent"])} if plan else None,
            "cases": _sum(batch["cases"] for batch in done),
            "photos": _sum(batch["photos"] for batch in done),
            "absent": withdrawn["cases"] if withdrawn else None,
            "index": indexed,
            "failures": failures[:MAX_FAILURES],
        }
        checks = (
            ("the sweep did not finish", sweep is None),
            ("the cases were not compared", plan is None),
            (f"{len(fetched) - len(done)} batches were not fetched", len(done) < len(fetched)),
            (f"{len(failures)} cases failed", bool(failures)),
            ("the sweep did not see every case, so nothing was withdrawn", sweep is not None and not sweep["complete"]),
            ("the absent cases were not looked at", withdrawn is None),
            (f"{unsure} absent cases could not be looked at", unsure > 0),
            (f"{leaving} faces still wait to be removed", leaving > 0),
            ("the photos were not listed", indexed is None),
            (f"{_waiting(indexed)} photos still wait to be indexed", _waiting(indexed) > 0),
        )
        report["problems"] = [problem for problem, found in checks if found]
        report["outcome"] = INCOMPLETE if report["problems"] else COMPLETE
        return self._keep(run, report)

    def _read(self, run: str, name: str) -> dict[str, Any] | None:
        try:
            content: dict[str, Any] = json.loads(self.objects.get(self.bucket, f"{run_folder(run)}/{name}"))
        except NotFoundError:
            return None
        return content

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

    def _keep(self, run: str, report: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(report, indent=2, sort_keys=True).encode()
        self.objects.put(self.bucket, f"{run_folder(run)}/report.json", body, "application/json")
        details = {name: value for name, value in report.items() if name not in ("failures", "outcome", "problems")}
        about = (self.actor, "summarise_sync", f"run:{run}", report["outcome"])
        self.audit.append(audit_event(self.clock(), *about, reasons=tuple(report["problems"]), details=details))
        return report


def _sum(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)


def _waiting(indexed: dict[str, int] | None) -> int:
    return (indexed or {}).get(PhotoStatus.ADMITTED.value, 0)
