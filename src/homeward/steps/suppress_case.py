"""Suppress Case: a person puts a case on the suppression list, or takes it off."""

from __future__ import annotations

from dataclasses import dataclass, replace

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.cases import CaseKey, CaseStatus
from homeward.domain.ports import CaseChange, CaseStore, Clock, SuppressionList
from homeward.domain.suppressions import Suppression, SuppressionReason


@dataclass(frozen=True, slots=True)
class SuppressCase:
    """The case's photos take no part in matching from this moment; Remove Faces deletes their faces."""

    cases: CaseStore
    suppressions: SuppressionList
    clock: Clock

    def __call__(self, key: CaseKey, person: str, note: str) -> int:
        """Return how many photos must leave. A case that we don't hold goes on the list all the same."""
        now, case = self.clock(), self.cases.get_cases([key]).get(key)
        entry = Suppression(key, SuppressionReason.REQUESTED, now, f"person:{person}", note)
        event = self._event("suppress_case", "SUPPRESSED", key, person, note)
        if case is None:
            self.suppressions.add(entry, event)
            return 0
        leaving = tuple(photo.key for photo in self.cases.photos_of(key) if photo.in_use)
        gone = replace(case, status=CaseStatus.WITHDRAWN)
        self.cases.save_case(CaseChange(gone, (), leaving, "CASE_SUPPRESSED", entry), event)
        return len(leaving)

    def lift(self, key: CaseKey, person: str, note: str) -> None:
        """Take a case off the list; the next sync brings it back if its source lists it. ConflictError: not on it."""
        self.suppressions.lift(key, self._event("lift_suppression", "LIFTED", key, person, note))

    def _event(self, action: str, outcome: str, key: CaseKey, person: str, note: str) -> AuditEvent:
        about = (f"person:{person}", action, f"case:{key}", outcome)
        return audit_event(self.clock(), *about, case=str(key), details={"note": note})
