"""Summarise Reconcile: look once more, tell what is left, and wake somebody where that should not be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.latest import Job, Latest
from homeward.domain.ports import AuditLog, Clock, ObjectStore, Operators
from homeward.domain.reconcile_report import alarm_text, build_report, drift_left, reconcile_page
from homeward.domain.reconciliation import run_folder
from homeward.domain.runbooks import Runbook
from homeward.steps.latest_runs import LatestRuns
from homeward.steps.one_person import one_person
from homeward.steps.survey_collection import SurveyCollection, read_survey


@dataclass(frozen=True, slots=True)
class SummariseReconcile:
    """Writes `reconcile/<run>/report.json`, `report.html`, an audit event about `run:<run>`, and `latest/...`."""

    survey: SurveyCollection
    objects: ObjectStore
    audit: AuditLog
    latest: LatestRuns
    operators: Operators
    bucket: str
    clock: Clock
    actor: str

    def __call__(self, run: str, repaired: bool) -> dict[str, Any]:
        """Return the report, see `build_report`; NotFoundError when the run has made no survey."""
        before = read_survey(self.objects, self.bucket, run)
        after = self.survey.now() if repaired else None
        report = build_report(run, before, after, one_person(self.objects, self.bucket))
        self._put(run, "report.json", json.dumps(report, indent=1), "application/json")
        self._put(run, "report.html", reconcile_page(report), "text/html; charset=utf-8")
        details = {name: report[name] for name in ("held", "found", "left")}
        about = (self.actor, "reconcile_collection", f"run:{run}", report["outcome"])
        self.audit.append(audit_event(self.clock(), *about, details=details))
        self.latest.note(Job.RECONCILE, Latest(run, datetime.fromisoformat(report["at"]), drift_left(report)))
        if text := alarm_text(report):
            self.operators.tell("the collection disagrees with its records", text, Runbook.RECONCILE_COLLECTION)
        return report

    def _put(self, run: str, name: str, text: str, content_type: str) -> None:
        self.objects.put(self.bucket, f"{run_folder(run)}/{name}", text.encode(), content_type)
