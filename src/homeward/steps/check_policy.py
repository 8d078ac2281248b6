"""Check Policy: may this policy go live at all, and what would change?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.errors import NotFoundError, PolicyError
from homeward.domain.policy import Measurement, parse_policy
from homeward.domain.ports import AuditLog, Clock, CollectionState, ObjectStore, PolicyPointer, PolicyShelf
from homeward.domain.proposals import comparison

LIVE = "LIVE"


@dataclass(frozen=True, slots=True)
class CheckPolicy:
    """Refuses what doesn't belong to the live collection or face model, whoever may have approved it."""

    shelf: PolicyShelf
    objects: ObjectStore
    bucket: str
    state: Callable[[], CollectionState]
    audit: AuditLog
    clock: Clock
    actor: str

    def __call__(self, version: str) -> dict[str, Any]:
        """Return `{"version", "sha256", "live", "known", "body"}`.

        `known` is whether this very file was live before: then nobody has to approve it again. `body` is Markdown for
        the approver. PolicyError, audited, when it can't go live.
        """
        try:
            pointer, text = self.shelf.read(version)
            self.check(pointer, text)
        except (PolicyError, NotFoundError) as problem:
            self._refused(version, problem)
            raise PolicyError(f"policy {version} is refused: {problem}") from problem
        live = self.shelf.live()
        _, current = self.shelf.read(live.version)
        data = json.loads(text)
        link = data["measured"]["report"] if "measured" in data else ""
        return {
            "version": version,
            "sha256": pointer.sha256,
            "live": live.version,
            "known": self._was_live(pointer),
            "body": comparison(json.loads(current), data, f"`{link}` in the cases bucket"),
        }

    def check(self, pointer: PolicyPointer, text: bytes) -> None:
        """PolicyError or NotFoundError when the policy can't go live as things are now."""
        policy = parse_policy(text.decode())
        if policy.version != pointer.version:
            raise PolicyError(f"the file of version {pointer.version} says that it is {policy.version}")
        if policy.measured:
            self._check_collection(policy.measured)
            if not self._was_live(pointer):  # a way back needs no evidence again: it was there, or came with the system
                self._check_report(policy.measured)

    def _check_collection(self, measured: Measurement) -> None:
        state = self.state()
        if (measured.collection, measured.face_model_version) != (state.collection, state.face_model_version):
            raise PolicyError(
                f"it was measured on {measured.collection} with face model {measured.face_model_version}; live is "
                f"{state.collection} with {state.face_model_version}. Measure again: trigger measure_bias"
            )

    def _check_report(self, measured: Measurement) -> None:
        report = self.objects.get(self.bucket, measured.report)
        if hashlib.sha256(report).hexdigest() != measured.report_sha256:
            raise PolicyError(f"{measured.report} isn't the report that the policy names")
        made = json.loads(report)["measurement"]
        if any(made[name] != getattr(measured, name) for name in ("collection", "face_model_version")):
            raise PolicyError(f"{measured.report} is about another collection or face model than the policy says")

    def _was_live(self, pointer: PolicyPointer) -> bool:
        return any(
            event.action == "publish_policy" and event.outcome == LIVE and event.details.get("sha256") == pointer.sha256
            for event in self.audit.story(f"policy:{pointer.version}")
        )

    def _refused(self, version: str, problem: Exception) -> None:
        about = (self.actor, "check_policy", f"policy:{version}", "REFUSED")
        self.audit.append(audit_event(self.clock(), *about, reasons=(str(problem),)))
