"""Record View: who looks at what of which people, written before anything is shown."""

from __future__ import annotations

from dataclasses import dataclass

from homeward.domain.audit import Asked, AuditEvent, audit_event
from homeward.domain.ports import AuditLog, Clock


@dataclass(frozen=True, slots=True)
class RecordView:
    """One event per view, its outcome SHOWN or NOTHING. While it can't be written, nothing is shown."""

    audit: AuditLog
    clock: Clock

    def __call__(self, by: str, what: str, subject: str, case: str | None = None, *, found: bool = True) -> None:
        """`by` is a staff id, `what` is looked at (`alert`, `reviews`), `subject` which."""
        outcome = "SHOWN" if found else "NOTHING"
        self.audit.append(audit_event(self.clock(), f"person:{by}", f"view_{what}", subject, outcome, case=case))

    def story(self, asked: Asked, by: str) -> list[AuditEvent]:
        """The events about what is asked for, oldest first, without this view."""
        log = self.audit
        events = log.story_of_case(asked.case) if asked.case else log.story(asked.subject)
        self(by, "audit", asked.subject, asked.case, found=bool(events))
        return events
