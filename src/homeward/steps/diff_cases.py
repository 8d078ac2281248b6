"""Diff Cases: which of the listed cases this run must fetch, cut into batches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from homeward.domain.ports import CaseSource, CaseStore, ObjectStore
from homeward.domain.sources import IndexRow
from homeward.domain.sync import BATCH_SIZE, Window, batches, diff, run_folder


@dataclass(frozen=True, slots=True)
class DiffCases:
    """Reads `index.jsonl`, writes `plan.json` and one `batches/<number>.json` per batch below `sync/<run>/`."""

    source: CaseSource
    cases: CaseStore
    objects: ObjectStore
    bucket: str

    def __call__(self, run: str, since: str, until: str, batch_size: int = BATCH_SIZE) -> list[dict[str, str]]:
        """Return `{"batch", "label"}` for each batch. The window is [since, until), ISO times."""
        folder = run_folder(run)
        lines = self.objects.get(self.bucket, f"{folder}/index.jsonl").decode().splitlines()
        known = self.cases.known_versions(self.source.name, self.source.case_set)
        found = diff((IndexRow(**json.loads(line)) for line in lines), known, Window.parse(since, until))
        cut = {f"{number:04}": rows for number, rows in enumerate(batches(found.due, batch_size))}
        for name, rows in cut.items():
            self._put(f"{folder}/batches/{name}.json", [asdict(row) for row in rows])
        counts = {name: getattr(found, name) for name in ("new", "changed", "unchanged", "outside", "absent")}
        self._put(f"{folder}/plan.json", {"since": since, "until": until, "batches": list(cut), **counts})
        return [{"batch": name, "label": self._label(rows)} for name, rows in cut.items()]

    def _put(self, key: str, value: Any) -> None:
        self.objects.put(self.bucket, key, json.dumps(value).encode(), "application/json")

    def _label(self, rows: Sequence[IndexRow]) -> str:
        """What Airflow shows for the batch, e.g. `MP51557-MP51602 (25 cases)`."""
        case_set = self.source.case_set
        first, last = f"{case_set}{rows[0].number}", f"{case_set}{rows[-1].number}"
        return f"{first} (1 case)" if len(rows) == 1 else f"{first}-{last} ({len(rows)} cases)"
