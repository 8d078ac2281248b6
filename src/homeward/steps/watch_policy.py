"""Watch Policy: tell operators when the live policy can no longer alert, or soon can't."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import iso
from homeward.domain.errors import NotFoundError
from homeward.domain.policy import Policy
from homeward.domain.ports import AuditLog, Clock, CollectionState, ObjectStore, Operators
from homeward.domain.proposals import standing
from homeward.domain.runbooks import Runbook

WARN = timedelta(days=30)
AGAIN = timedelta(days=1)
STATE = "policy/watch/state.json"


@dataclass(frozen=True, slots=True)
class WatchPolicy:
    """Says each new state once, and again every day while it lasts."""

    policy: Callable[[], Policy]
    state: Callable[[], CollectionState]
    objects: ObjectStore
    bucket: str
    operators: Operators
    audit: AuditLog
    clock: Clock
    actor: str

    def __call__(self) -> dict[str, Any]:
        """Return `{"policy", "problems", "told"}`."""
        policy, live, now = self.policy(), self.state(), self.clock()
        problems = standing(policy, live.collection, live.face_model_version, now, WARN)
        told = self._is_news(policy.version, problems, now)
        if told:
            self._tell(policy.version, problems)
            body = json.dumps({"policy": policy.version, "problems": problems, "at": iso(now)})
            self.objects.put(self.bucket, STATE, body.encode(), "application/json")
        return {"policy": policy.version, "problems": problems, "told": told}

    def _is_news(self, version: str, problems: list[str], now: datetime) -> bool:
        try:
            before = json.loads(self.objects.get(self.bucket, STATE))
        except NotFoundError:
            return bool(problems)
        if (before["policy"], before["problems"]) != (version, problems):
            return bool(problems or before["problems"])
        return bool(problems) and now - datetime.fromisoformat(before["at"]) >= AGAIN

    def _tell(self, version: str, problems: list[str]) -> None:
        about = (self.actor, "watch_policy", f"policy:{version}", "STOPS_ALERTING" if problems else "FINE")
        self.audit.append(audit_event(self.clock(), *about, policy_version=version, reasons=tuple(problems)))
        text = f"policy {version} is fit to alert again"
        if problems:
            text = f"alerts of policy {version} become questions to a person, now or soon: {'; '.join(problems)}. "
            text += "Measure again (DAG measure_bias) and approve what it proposes."
        self.operators.tell("the matching policy", text, Runbook.POLICY)
