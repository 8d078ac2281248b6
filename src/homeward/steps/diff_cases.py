"""Diff Cases: which of the listed cases this run must fetch, cut into batches, and which ones the source lacks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.errors import VanishedError
from homeward.domain.ports import (
    AuditLog,
    CaseSource,
    CaseStore,
    Clock,
    FailureStore,
    ObjectStore,
    Operators,
    SuppressionList,
)
from homeward.domain.runbooks import Runbook
from homeward.domain.sources import IndexRow
from homeward.domain.sync import BATCH_SIZE, Diff, Window, batches, check_vanished, diff, run_folder


@dataclass(frozen=True, slots=True)
class DiffCases:
    """Reads `index.jsonl`, writes `plan.json` and one `batches/<number>.json` per batch below `sync/<run>/`."""

    source: CaseSource
    cases: CaseStore
    failures: FailureStore
    suppressions: SuppressionList
    objects: ObjectStore
    audit: AuditLog
    operators: Operators
    bucket: str
    clock: Clock
    actor: str

    def __call__(
        self, run: str, since: str, until: str, batch_size: int = BATCH_SIZE, accept_vanished: bool = False
    ) -> list[dict[str, str]]:
        """Return `{"batch", "label"}` for each batch. The window is [since, until), ISO times.

        VanishedError, after an alarm, when a complete sweep lacks more cases than can be true.
        """
        folder = run_folder(run)
        lines = self.objects.get(self.bucket, f"{folder}/index.jsonl").decode().splitlines()
        found = self._diff([IndexRow(**json.loads(line)) for line in lines], Window.parse(since, until))
        if json.loads(self.objects.get(self.bucket, f"{folder}/sweep.json"))["complete"] and not accept_vanished:
            self._check(run, found)
        cut = {f"{number:04}": rows for number, rows in enumerate(batches(found.due, batch_size))}
        for name, rows in cut.items():
            self._put(f"{folder}/batches/{name}.json", [asdict(row) for row in rows])
        plan = {"since": since, "until": until, "batches": list(cut), "counts": dict(found.counts)}
        self._put(f"{folder}/plan.json", {**plan, "absent": dict(found.absent), "seen_again": found.seen_again})
        return [{"batch": name, "label": self._label(rows)} for name, rows in cut.items()]

    def _diff(self, rows: Sequence[IndexRow], window: Window) -> Diff:
        source, case_set = self.source.name, self.source.case_set
        known = self.cases.known_cases(source, case_set)
        failed = self.failures.failed(source, case_set)
        kept_out = {
            entry.case.number
            for entry in self.suppressions.all()
            if (entry.case.source, entry.case.case_set) == (source, case_set) and not entry.ends_with_return
        }
        return diff(rows, known, window, failed, kept_out)

    def _check(self, run: str, found: Diff) -> None:
        try:
            check_vanished(found)
        except VanishedError as problem:
            first = [f"{self.source.name}:{self.source.case_set}:{number}" for number in list(found.absent)[:20]]
            details = {"open": found.open, "absent": len(found.absent), "first": first}
            event = (self.actor, "check_vanished", f"run:{run}", "STOPPED")
            self.audit.append(audit_event(self.clock(), *event, reasons=("TOO_MANY_VANISHED",), details=details))
            self.operators.tell("too many cases vanished", f"{self.source.name}: {problem} Run: {run}", Runbook.SYNC)
            raise

    def _put(self, key: str, value: Any) -> None:
        self.objects.put(self.bucket, key, json.dumps(value).encode(), "application/json")

    def _label(self, rows: Sequence[IndexRow]) -> str:
        """What Airflow shows for the batch, e.g. `MP51557-MP51602 (25 cases)`."""
        case_set = self.source.case_set
        first, last = f"{case_set}{rows[0].number}", f"{case_set}{rows[-1].number}"
        return f"{first} (1 case)" if len(rows) == 1 else f"{first}-{last} ({len(rows)} cases)"
