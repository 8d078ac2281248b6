"""Summarise Redrive: one audit event about a run that did something, or couldn't."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.ports import AuditLog, Clock
from homeward.domain.redrive import Redrive

# What a healthy system shows all the time; a run that saw nothing else isn't worth an event.
_QUIET = frozenset({Redrive.ENDED.value, Redrive.RUNS.value, Redrive.EARLY.value, "OPEN"})


@dataclass(frozen=True, slots=True)
class SummariseRedrive:
    """Brings the tasks' answers together."""

    audit: AuditLog
    clock: Clock
    actor: str

    def __call__(self, run: str, done: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Any]:
        """`done` maps each task to its answer, None when it failed. Return `{"counts", "problems"}` of the run."""
        counts = {task: dict(answer["counts"]) for task, answer in done.items() if answer and answer["counts"]}
        problems = [
            f"{task}: {text}"
            for task, answer in done.items()
            for text in (answer["problems"] if answer else ["failed; see its log"])
        ]
        if problems or any(set(found) - _QUIET for found in counts.values()):
            about = (self.actor, "redrive_stuck", f"run:{run}", "INCOMPLETE" if problems else "COMPLETE")
            self.audit.append(audit_event(self.clock(), *about, reasons=tuple(problems), details=counts))
        return {"counts": counts, "problems": problems}
