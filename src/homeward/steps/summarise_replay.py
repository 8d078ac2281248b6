"""Summarise Replay: the report of a run, for programs and for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.errors import NotFoundError
from homeward.domain.ports import AuditLog, Clock, ObjectStore
from homeward.domain.replay import build_report, run_folder
from homeward.domain.replay_page import replay_page
from homeward.steps.plan_replay import read_plan


@dataclass(frozen=True, slots=True)
class SummariseReplay:
    """Writes `replay/<run>/report.json`, `report.html` and an audit event about `run:<run>`."""

    objects: ObjectStore
    audit: AuditLog
    bucket: str
    clock: Clock
    actor: str

    def __call__(self, run: str) -> dict[str, Any]:
        """Return the report, see `build_report`; NotFoundError when the run has no plan."""
        plan = read_plan(self.objects, self.bucket, run)
        missing: list[str] = []
        report = build_report(plan, self._results(plan, missing), missing)
        self._put(run, "report.json", json.dumps(report, indent=2, sort_keys=True), "application/json")
        self._put(run, "report.html", replay_page(report), "text/html; charset=utf-8")
        details = {name: report[name] for name in ("since", "until", "collection", "detections", "changes", "unknown")}
        about = (self.actor, "replay_detections", f"run:{run}", "INCOMPLETE" if missing else "COMPLETE")
        event = audit_event(self.clock(), *about, policy_version=report["policy_version"], details=details)
        self.audit.append(event)
        return report

    def _results(self, plan: dict[str, Any], missing: list[str]) -> Iterator[dict[str, Any]]:
        """Every result, batch by batch; names of batches without results go into `missing`."""
        for batch in plan["batches"]:
            key = f"{run_folder(plan['run'])}/results/{batch}.jsonl"
            try:
                lines = self.objects.get(self.bucket, key).decode().splitlines()
            except NotFoundError:
                missing.append(batch)
                continue
            yield from map(json.loads, lines)

    def _put(self, run: str, name: str, text: str, content_type: str) -> None:
        self.objects.put(self.bucket, f"{run_folder(run)}/{name}", text.encode(), content_type)
