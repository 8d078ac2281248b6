"""Withdraw Cases: what the source no longer has leaves the collection, after two complete sweeps and a 404."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.cases import Case, CaseKey, CaseStatus, PhotoKey
from homeward.domain.errors import ConflictError, NotFoundError, SourceBlockedError, SourceError, TransientError
from homeward.domain.ports import CaseChange, CaseSource, CaseStore, Clock, ObjectStore
from homeward.domain.suppressions import Suppression, SuppressionReason
from homeward.domain.sync import run_folder
from homeward.domain.sync_report import UNSURE

# What becomes of a case that the index lacks; UNSURE ones are asked for again by the next run.
MISSED_ONCE = "MISSED_ONCE"  # noted; a later complete sweep decides
STILL_PUBLISHED = "STILL_PUBLISHED"  # the record is there and open: the index is wrong, the case stays
WITHDRAWN = "WITHDRAWN"  # the record is gone
RESOLVED = "RESOLVED"  # the record says so


@dataclass(frozen=True, slots=True)
class WithdrawCases:
    """Reads `sweep.json` and `plan.json` below `sync/<run>/`, writes `withdrawn.json`."""

    source: CaseSource
    cases: CaseStore
    objects: ObjectStore
    bucket: str
    clock: Clock
    actor: str

    def __call__(self, run: str) -> dict[str, Any]:
        """Return `{"cases": {outcome: count}, "traffic"}`; SourceBlockedError at once.

        No case is looked at after an incomplete sweep: what wasn't seen isn't gone.
        """
        before = self.source.traffic
        sweep, plan = self._read(run, "sweep.json"), self._read(run, "plan.json")
        outcomes = Counter[str]()
        if sweep["complete"]:
            self.cases.mark_present(self._key(number) for number in plan["seen_again"])
            missed = plan["absent"]
            outcomes = self._judge(run, missed, datetime.fromisoformat(sweep["began"]))
            first = [self._key(number) for number, since in missed.items() if since is None]
            self.cases.mark_absent(first, datetime.fromisoformat(sweep["ended"]))
        done = {"cases": dict(outcomes), "traffic": asdict(self.source.traffic - before)}
        body = json.dumps(done, sort_keys=True).encode()
        self.objects.put(self.bucket, f"{run_folder(run)}/withdrawn.json", body, "application/json")
        return done

    def _judge(self, run: str, missed: Mapping[str, str | None], began: datetime) -> Counter[str]:
        """Two sweeps must have missed a case, one wholly before the other, before its record is asked for."""
        twice = [number for number, since in missed.items() if since and datetime.fromisoformat(since) < began]
        known = self.cases.get_cases(self._key(number) for number in twice)
        outcomes = Counter({MISSED_ONCE: len(missed) - len(twice)})
        outcomes.update(self._withdraw(run, case) for case in known.values())
        return +outcomes

    def _withdraw(self, run: str, case: Case) -> str:
        try:
            record = self.source.fetch(case.key.number)
        except SourceBlockedError:
            raise
        except NotFoundError:
            return self._leave(run, case, CaseStatus.WITHDRAWN, SuppressionReason.VANISHED)
        except (SourceError, TransientError):
            return UNSURE
        if record.case.status is CaseStatus.OPEN:
            return STILL_PUBLISHED
        return self._leave(run, case, CaseStatus.CLOSED, SuppressionReason.RESOLVED)

    def _leave(self, run: str, case: Case, status: CaseStatus, reason: SuppressionReason) -> str:
        outcome = WITHDRAWN if status is CaseStatus.WITHDRAWN else RESOLVED
        now = self.clock()
        change = CaseChange(
            case=replace(case, status=status),
            leaving=self._in_use(case.key),
            leaving_reason=f"CASE_{outcome}",
            suppression=Suppression(case.key, reason, now, self.actor),
        )
        about = (self.actor, "withdraw_case", f"case:{case.key}", outcome)
        details = {"run": run, "modified": case.modified, "photos": len(change.leaving)}
        event = audit_event(now, *about, case=str(case.key), reasons=(reason.value,), details=details)
        try:
            self.cases.save_case(change, event)
        except ConflictError:  # the case changes just now; the next run looks again
            return UNSURE
        return outcome

    def _in_use(self, key: CaseKey) -> tuple[PhotoKey, ...]:
        return tuple(photo.key for photo in self.cases.photos_of(key) if photo.in_use)

    def _read(self, run: str, name: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.objects.get(self.bucket, f"{run_folder(run)}/{name}"))
        return content

    def _key(self, number: str) -> CaseKey:
        return CaseKey(self.source.name, self.source.case_set, number)
