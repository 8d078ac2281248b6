"""Plan Measurement: which photos are compared with each other, and what that costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeward.domain.detections import iso
from homeward.domain.errors import NotFoundError
from homeward.domain.measurement import (
    CALL_USD,
    LATEST,
    PLAN,
    Enrolled,
    batches,
    check_calls,
    enrolled,
    label,
    plan_json,
    rows_key,
    run_folder,
)
from homeward.domain.ports import CaseStore, Clock, CollectionState, ObjectStore, PolicySource


@dataclass(frozen=True, slots=True)
class PlanMeasurement:
    """Writes `bias/<run>/plan.json`. Planned again, it finds what is measured already."""

    cases: CaseStore
    policy: PolicySource
    state: Callable[[], CollectionState]
    objects: ObjectStore
    bucket: str
    clock: Clock

    def __call__(self, run: str, max_calls: int, batch_size: int) -> dict[str, Any]:
        """Return `{"photos", "calls", "usd", "reused_from", "batches": [{"batch", "label"}]}`.

        `batches` are those still to be measured. InputError when they would take more than `max_calls` calls.
        """
        state = self.state()
        cases = {case.key: case for case in self.cases.all_cases()}
        found = enrolled(cases, self.cases.photos(), self.policy().alone)
        digest = found.digest(state.face_model_version)
        source = self._earlier(digest) or run
        parts = batches(len(found.faces), batch_size)
        missing = {} if source != run else self._missing(run, digest, parts)
        calls = sum(end - first for first, end in missing.values())
        check_calls(calls, max_calls)
        self._keep(run, found, state, digest, source, parts)
        return {
            "photos": len(found.faces),
            "calls": calls,
            "usd": round(calls * CALL_USD, 2),
            "reused_from": source if source != run else None,
            "batches": [{"batch": name, "label": label(found.faces, *part)} for name, part in missing.items()],
        }

    def _earlier(self, digest: str) -> str | None:
        """The run that measured these very faces."""
        try:
            latest = json.loads(self.objects.get(self.bucket, LATEST))
        except NotFoundError:
            return None
        return str(latest["rows_of"]) if latest["digest"] == digest else None

    def _missing(self, run: str, digest: str, parts: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        there = {stored.key for stored in self.objects.listed(self.bucket, f"{run_folder(run)}/rows/")}
        return {name: part for name, part in parts.items() if rows_key(run, digest, name) not in there}

    def _keep(
        self,
        run: str,
        found: Enrolled,
        state: CollectionState,
        digest: str,
        source: str,
        parts: dict[str, tuple[int, int]],
    ) -> None:
        plan = {
            "run": run,
            "at": iso(self.clock()),
            "collection": state.collection,
            "face_model_version": state.face_model_version,
            "face_count": state.face_count,
            "digest": digest,
            "rows_of": source,
            "batches": parts,
            **found.to_json(),
        }
        if source != run:  # its batches, as they were cut then
            plan["batches"] = json.loads(self.objects.get(self.bucket, f"{run_folder(source)}/{PLAN}"))["batches"]
        self.objects.put(self.bucket, f"{run_folder(run)}/{PLAN}", plan_json(plan), "application/json")
