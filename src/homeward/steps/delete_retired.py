"""Delete Retired: generations that were live, and were kept for a way back long enough, go for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from homeward.domain.audit import audit_event
from homeward.domain.generations import Generation, GenerationState, is_over
from homeward.steps.build_generation import BuildGeneration
from homeward.steps.generation_records import GenerationRecords


@dataclass(frozen=True, slots=True)
class DeleteRetired:
    """Never the live one, one that is being built, or one that we know nothing of."""

    build: BuildGeneration
    records: GenerationRecords

    def __call__(self, run: str, keep_days: int, dry_run: bool) -> list[str]:
        """Return the collections whose time is up; in a dry run they stay."""
        over = [one.collection for one in self.records.all() if self._is_over(one, keep_days)]
        return [name for name in over if dry_run or self._delete(run, name, keep_days)]

    def _delete(self, run: str, name: str, keep_days: int) -> bool:
        record = self.records.get(name)  # somebody may have asked for it since
        if record is None or not self._is_over(record, keep_days):
            return False
        about = (self.build.actor, "delete_retired", f"collection:{name}", GenerationState.DELETED.value)
        details = {"run": run, "retired_since": record.since, "keep_days": keep_days}
        self.build.audit.append(audit_event(self.build.clock(), *about, details=details))
        self.build.collections.drop(name)
        self.records.put(name, GenerationState.DELETED, run)
        return True

    def _is_over(self, record: Generation, keep_days: int) -> bool:
        live, now = self.build.collections.live(), self.build.clock()
        return is_over(record, live, now, timedelta(days=keep_days))
