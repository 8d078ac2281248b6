"""Plan Rebuild: which generation is built or prepared, and the photos that have no face in it yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import iso
from homeward.domain.errors import InputError
from homeward.domain.generations import GenerationState, next_name, of_family
from homeward.domain.rebuild import INDEX_USD, Standing, batches
from homeward.domain.rebuild_report import planned_report
from homeward.domain.sync import MAX_BATCHES
from homeward.steps.build_generation import BuildGeneration
from homeward.steps.generation_records import GenerationRecords
from homeward.steps.rebuild_files import RebuildFiles

_BEGUN = (GenerationState.BUILDING, GenerationState.LIVE)


@dataclass(frozen=True, slots=True)
class PlanRebuild:
    """Writes `rebuild/<run>/plan.json` and the batches. A generation that was begun and never live is resumed."""

    build: BuildGeneration
    records: GenerationRecords
    files: RebuildFiles

    def __call__(self, run: str, switch_to: str, batch_size: int, dry_run: bool) -> list[dict[str, str]]:
        """Return `{"batch", "label"}` for each batch; none in a dry run, which changes nothing but writes a report.

        `switch_to` names a generation to prepare instead, "" none. InputError when it doesn't exist or is live.
        """
        live, existing = self.build.collections.live(), self.build.collections.all()
        target = self._chosen(switch_to, live, existing) if switch_to else self._next(live, existing)
        if not dry_run:
            self._begin(run, target)
        found = self.build.standing(target, exists=target in existing)
        work = batches(found.lacking, batch_size, MAX_BATCHES)
        plan = self._plan(run, target, live, live in existing, found)
        self.files.put(run, "plan.json", plan)
        if dry_run:
            self.files.put_report(run, planned_report(plan))
            return []
        for name, photos in work.items():
            self.files.put(run, f"batches/{name}.json", photos)
        return [{"batch": name, "label": f"{photos[0]} + {len(photos) - 1}"} for name, photos in work.items()]

    def _chosen(self, switch_to: str, live: str, existing: list[str]) -> str:
        if switch_to == live:
            raise InputError(f"{live} is live already")
        if switch_to not in existing:
            raise InputError(f"there is no collection {switch_to}; there are {', '.join(existing) or 'none'}")
        return switch_to

    def _next(self, live: str, existing: list[str]) -> str:
        known = {one.collection: one for one in self.records.all()}
        # One that is called live, and isn't, comes of a switch that died right before its one write.
        begun = [name for name, one in known.items() if one.state in _BEGUN and name != live]
        return of_family(live, begun)[-1] if begun else next_name(live, [*existing, *known])

    def _begin(self, run: str, target: str) -> None:
        """A retired generation stays one, since its faces may be of an older model, and is kept for as long again."""
        record = self.records.get(target)
        if record and record.state is GenerationState.RETIRED:
            self.records.put(target, GenerationState.RETIRED, run)
            return
        if record is None:
            self.build.audit.append(self._event(run, target))
            self.records.put(target, GenerationState.BUILDING, run)
        self.build.collections.create(target)

    def _event(self, run: str, target: str) -> Any:
        about = (self.build.actor, "plan_rebuild", f"collection:{target}", GenerationState.BUILDING.value)
        return audit_event(self.build.clock(), *about, details={"run": run})

    def _plan(self, run: str, target: str, live: str, live_exists: bool, found: Standing) -> dict[str, Any]:
        return {
            "run": run,
            "collection": target,
            "live": live,
            "live_exists": live_exists,
            "at": iso(self.build.clock()),
            "photos": len(found.wanted),
            "lacking": len(found.lacking),
            "without_bytes": len(found.without_bytes),
            "usd": round(len(found.lacking) * INDEX_USD, 3),
        }
