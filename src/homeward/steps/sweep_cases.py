"""Sweep Cases: write down everything that the source lists now."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from homeward.domain.ports import CaseSource, Clock, ObjectStore
from homeward.domain.sync import run_folder


@dataclass(frozen=True, slots=True)
class SweepCases:
    """Index rows go to `sync/<run>/index.jsonl`, the counts to `sync/<run>/sweep.json`."""

    source: CaseSource
    objects: ObjectStore
    bucket: str
    clock: Clock

    def __call__(self, run: str) -> dict[str, Any]:
        """Return the counts; see `Sweep` for their meaning."""
        folder = run_folder(run)
        began = self.clock()
        sweep = self.source.sweep()
        lines = "".join(json.dumps(asdict(row)) + "\n" for row in sweep.rows)
        self.objects.put(self.bucket, f"{folder}/index.jsonl", lines.encode(), "application/jsonl")
        counts = {
            "cases": len(sweep.rows),
            "expected": sweep.expected,
            "complete": sweep.complete,
            "unplaced": sweep.unplaced,
            "dropped_fields": sweep.dropped_fields,
            "notes": sweep.notes,
            "traffic": asdict(sweep.traffic),
            "began": began.isoformat(),
            "ended": self.clock().isoformat(),
        }
        self.objects.put(self.bucket, f"{folder}/sweep.json", json.dumps(counts).encode(), "application/json")
        return counts
