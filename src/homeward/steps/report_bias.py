"""Report Bias: the report of a measurement, for programs and for people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.bias.analysis import analyse
from homeward.domain.bias.models import Comparisons, Gallery
from homeward.domain.bias.page import bias_page
from homeward.domain.bias.report import build_report
from homeward.domain.detections import iso
from homeward.domain.measurement import LATEST, PAGE, REPORT, run_folder
from homeward.domain.policy import parse_policy
from homeward.domain.ports import AuditLog, Clock, LookAlikeStore, ObjectStore

Measured = tuple[Gallery, Comparisons, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ReportBias:
    """Writes `bias/<run>/report.json`, `report.html` and an audit event about `run:<run>`.

    `read` gives what a run measured, with the facts about it.
    """

    read: Callable[[str], Measured]

    objects: ObjectStore
    bucket: str
    live_policy_key: Callable[[], str]
    look_alikes: LookAlikeStore
    audit: AuditLog
    clock: Clock
    actor: str

    def __call__(self, run: str) -> dict[str, Any]:
        """Return what an operator wants to see at once; NotFoundError when the run has no plan."""
        gallery, comparisons, facts = self.read(run)
        text = self.objects.get(self.bucket, self.live_policy_key()).decode()
        pairs = frozenset((str(one), str(other)) for one, other in self.look_alikes.pairs())
        statistics = analyse(gallery, comparisons, parse_policy(text), pairs)
        report = build_report(run, iso(self.clock()), facts, json.loads(text), statistics)
        body = json.dumps(report, indent=1, sort_keys=True)
        self._put(run, REPORT, body, "application/json")
        self._put(run, PAGE, bias_page(report), "text/html; charset=utf-8")
        if report["may_propose"]:
            latest = {name: facts[name] for name in ("digest", "rows_of")}
            self.objects.put(self.bucket, LATEST, json.dumps({"run": run, **latest}).encode(), "application/json")
        self._tell(run, report, hashlib.sha256(body.encode()).hexdigest())
        return {**statistics["counts"], "problems": report["problems"], "may_propose": report["may_propose"]}

    def _tell(self, run: str, report: dict[str, Any], sha256: str) -> None:
        facts = {name: report["measurement"].get(name) for name in ("collection", "face_model_version", "calls", "usd")}
        details = {**facts, **report["statistics"]["counts"], "report_sha256": sha256}
        outcome = "COMPLETE" if report["may_propose"] else "INCOMPLETE"
        version = report["policy"]["version"]
        about = (self.actor, "report_bias", f"run:{run}", outcome)
        self.audit.append(audit_event(self.clock(), *about, policy_version=version, details=details))

    def _put(self, run: str, name: str, text: str, content_type: str) -> None:
        self.objects.put(self.bucket, f"{run_folder(run)}/{name}", text.encode(), content_type)
