"""Decide Policy: what became of a policy that was put to a person, and the one switch that makes it live."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from homeward.domain.audit import audit_event
from homeward.domain.errors import PolicyError
from homeward.domain.ports import AuditLog, Clock, PolicyShelf
from homeward.domain.proposals import Answer
from homeward.steps.check_policy import LIVE, CheckPolicy


@dataclass(frozen=True, slots=True)
class DecidePolicy:
    """Safe to repeat: a policy that is live already isn't published again."""

    shelf: PolicyShelf
    check: CheckPolicy
    audit: AuditLog
    clock: Clock
    actor: str

    def __call__(self, run: str, version: str, sha256: str, answer: Answer, by: str, note: str) -> str:
        """Return the outcome: LIVE, REJECTED or EXPIRED.

        PolicyError when the file isn't the one that was asked about, or no longer fits what is live.
        """
        details = {"run": run, "sha256": sha256, "note": note}
        self._tell(by, "approve_policy", version, answer, details)
        if answer in (Answer.REJECTED, Answer.EXPIRED):
            return answer.value
        pointer, text = self.shelf.read(version)
        if pointer.sha256 != sha256:
            raise PolicyError(f"policy {version} was changed after it was put to a person; start again")
        self.check.check(pointer, text)
        before = self.shelf.live()
        if before != pointer:
            self.shelf.publish(pointer)
        self._tell(by, "publish_policy", version, LIVE, {**details, **asdict(pointer), "replaced": before.version})
        return LIVE

    def _tell(self, by: str, action: str, version: str, outcome: str, details: dict[str, str]) -> None:
        actor = f"person:{by}" if by else self.actor
        event = audit_event(
            self.clock(), actor, action, f"policy:{version}", str(outcome), policy_version=version, details=details
        )
        self.audit.append(event)
