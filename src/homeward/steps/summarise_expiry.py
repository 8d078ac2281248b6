"""Summarise Expiry: what a run of expire_records did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.expiry_report import Expiry, build_report, run_folder
from homeward.domain.latest import Job, Latest
from homeward.domain.ports import AuditLog, Clock, ObjectStore, RetentionSource
from homeward.steps.latest_runs import LatestRuns


@dataclass(frozen=True, slots=True)
class SummariseExpiry:
    """Writes `expire/<run>/report.json`, an audit event about `run:<run>`, and `latest/...`."""

    objects: ObjectStore
    bucket: str
    audit: AuditLog
    latest: LatestRuns
    retention: RetentionSource
    clock: Clock
    actor: str

    def __call__(
        self, run: str, dry_run: bool, expired: Iterable[Mapping[str, Any]], erased: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the report, see `build_report`."""
        version = self.retention().version
        report = build_report(run, version, dry_run, expired, erased)
        body = json.dumps(report, indent=1).encode()
        self.objects.put(self.bucket, f"{run_folder(run)}/report.json", body, "application/json")
        details = {name: report[name] for name in ("expired", "pending", "missing")}
        about = (self.actor, "expire_records", f"run:{run}", report["outcome"])
        self.audit.append(audit_event(self.clock(), *about, policy_version=version, details=details))
        if erased and report["outcome"] in (Expiry.DONE, Expiry.MORE):
            self.latest.note(Job.EXPIRY, Latest(run, self.clock(), erased["late"]))
        return report
