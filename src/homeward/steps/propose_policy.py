"""Propose Policy: write down the policy that a measurement supports, for a person to approve."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.measurement import REPORT, run_folder
from homeward.domain.policy import parse_policy
from homeward.domain.ports import AuditLog, Clock, ObjectStore, PolicyShelf
from homeward.domain.proposals import propose


@dataclass(frozen=True, slots=True)
class ProposePolicy:
    """Reads `bias/<run>/report.json`, writes `policy/<version>.json`. Nothing goes live by it."""

    shelf: PolicyShelf
    objects: ObjectStore
    bucket: str
    audit: AuditLog
    clock: Clock
    actor: str

    def __call__(self, run: str) -> dict[str, Any]:
        """Return `{"version", "reason"}`; the version is None when there is nothing to approve."""
        key = f"{run_folder(run)}/{REPORT}"
        body = self.objects.get(self.bucket, key)
        _, live = self.shelf.read(self.shelf.live().version)
        proposal = propose(json.loads(live), json.loads(body), key, hashlib.sha256(body).hexdigest())
        if proposal.policy is None:
            self._tell(f"run:{run}", "NOTHING", proposal.reason, {})
            return {"version": None, "reason": proposal.reason}
        text = json.dumps(proposal.policy, indent=2).encode()
        version = parse_policy(text.decode()).version
        pointer = self.shelf.keep(version, text)
        self._tell(f"policy:{version}", "PROPOSED", proposal.reason, {"run": run, **asdict(pointer)})
        return {"version": version, "reason": proposal.reason}

    def _tell(self, subject: str, outcome: str, reason: str, details: dict[str, Any]) -> None:
        about = (self.actor, "propose_policy", subject, outcome)
        self.audit.append(audit_event(self.clock(), *about, reasons=(reason,), details=details))
