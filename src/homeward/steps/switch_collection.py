"""Switch Collection: a verified generation becomes the one that is searched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.errors import RebuildError
from homeward.domain.generations import GenerationState
from homeward.domain.rebuild_report import LATE, Fitness
from homeward.steps.build_generation import BuildGeneration
from homeward.steps.generation_records import GenerationRecords
from homeward.steps.rebuild_files import RebuildFiles


@dataclass(frozen=True, slots=True)
class SwitchCollection:
    """One write of one SSM parameter. Done again, it does nothing.

    The records and the audit event come first, so that no switch goes unnoted. Until the parameter is written they may
    call the live generation retired; nobody deletes the live one for that.
    """

    build: BuildGeneration
    records: GenerationRecords
    files: RebuildFiles

    def __call__(self, run: str, asked_by: str) -> dict[str, Any]:
        """Return `{"collection", "was", "caught_up"}`. `asked_by` is who started the run.

        RebuildError unless this run verified it, and nothing but a few photos changed since.
        """
        plan, report = self.files.get(run, "plan.json"), self.files.get(run, "report.json")
        target, was = plan["collection"], plan["live"]
        if (report["collection"], report["outcome"]) != (target, Fitness.VERIFIED):
            raise RebuildError(f"{target} wasn't verified by this run; its report says {report['outcome']}")
        live = self.build.collections.live()
        if live == target:
            return {"collection": target, "was": was, "caught_up": 0}
        if live != was:
            raise RebuildError(f"{live} became live since {target} was compared with {was}; start another run")
        late = self._catch_up(run, target)
        self._note(run, target, was, asked_by, late)
        self.build.collections.switch(target)
        return {"collection": target, "was": was, "caught_up": late}

    def _catch_up(self, run: str, target: str) -> int:
        before, late = self.build.catch_up(run, target, self.files.refused(run), LATE)
        if before.foreign:
            raise RebuildError(f"somebody put {len(before.foreign)} faces into {target} since it was verified")
        return len(late)

    def _note(self, run: str, target: str, was: str, asked_by: str, late: int) -> None:
        self.records.put(was, GenerationState.RETIRED, run)
        self.records.put(target, GenerationState.LIVE, run)
        about = (self.build.actor, "switch_collection", f"collection:{target}", GenerationState.LIVE.value)
        details = {"run": run, "was": was, "caught_up": late, "asked_by": asked_by}
        self.build.audit.append(audit_event(self.build.clock(), *about, details=details))
