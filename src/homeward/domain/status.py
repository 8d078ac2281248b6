"""One screen: how the whole of it is doing, line by line, each with what to do about it when it isn't well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from homeward.domain.latest import Job, Latest
from homeward.domain.operations import JOBS, Metric, OperationsState
from homeward.domain.ports import CollectionState, PolicyPointer
from homeward.domain.runbooks import Runbook

# From which value on something isn't well: where the alarms of infra/template.yaml have it (a test compares them).
LIMITS: Mapping[Metric, float] = {
    Metric.HOURS_SINCE_SYNC: 36,
    Metric.HOURS_SINCE_RECONCILE: 36,
    Metric.HOURS_SINCE_EXPIRY: 36,
    Metric.HOURS_SINCE_SEAL: 4,
    Metric.DRIFT_LEFT: 1,
    Metric.LATE_ERASURES: 1,
    Metric.OLDEST_REVIEW: 43_200,
    Metric.SILENT_CAMERAS: 1,
    Metric.TROUBLED_CAMERAS: 1,
}
MOST_DEAD_LETTERS = 1
PAGES = {Job.RECONCILE: Runbook.RECONCILE_COLLECTION, Job.EXPIRY: Runbook.EXPIRE_RECORDS, Job.SEAL: Runbook.AUDIT_LOG}
NEVER = "never"


@dataclass(frozen=True, slots=True)
class StatusLine:
    """`now` is for people; `page` is the runbook of what isn't `well`, None where nothing is to be done."""

    what: str
    now: str
    well: bool = True
    page: Runbook | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "page": self.page.path if self.page else None}


@dataclass(frozen=True, slots=True)
class SystemState:
    """Everything that the screen shows. `made_at` is when it was deployed: a job may not have had its time yet."""

    operations: OperationsState
    collection: CollectionState
    policy: PolicyPointer
    last_alert: datetime | None
    made_at: datetime

    def lines(self) -> list[StatusLine]:
        """The screen, from top to bottom."""
        return [*self._syncs(), self._collection(), *self._jobs(), *self._waiting(), self._cameras(), *self._rest()]

    def _syncs(self) -> Iterator[StatusLine]:
        for source, latest in self.operations.synced.items():
            yield self._age(f"sync of {source}", latest, Metric.HOURS_SINCE_SYNC, Runbook.SYNC)

    def _jobs(self) -> Iterator[StatusLine]:
        for job, latest in self.operations.jobs.items():
            age, left = JOBS[job]
            yield self._age(job.value, latest, age, PAGES[job])
            if latest and left:
                many = latest.left >= LIMITS[left]
                yield StatusLine(_words(left), str(latest.left), not many, PAGES[job])

    def _age(self, what: str, latest: Latest | None, metric: Metric, page: Runbook) -> StatusLine:
        hours = timedelta(hours=LIMITS[metric])
        since = latest.at if latest else self.made_at
        ago = self.operations.at - since
        return StatusLine(what, f"{_ago(ago)} ago" if latest else NEVER, ago < hours, page)

    def _collection(self) -> StatusLine:
        held = self.collection
        return StatusLine(
            "collection", f"{held.collection}: {held.face_count:,} faces, model {held.face_model_version}"
        )

    def _waiting(self) -> Iterator[StatusLine]:
        state = self.operations
        oldest = state.at - (state.oldest_review or state.at)
        late = oldest.total_seconds() >= LIMITS[Metric.OLDEST_REVIEW]
        told = f"{state.open_reviews}, the oldest for {_ago(oldest)}" if state.open_reviews else "none"
        yield StatusLine("open reviews", told, not late, Runbook.REVIEWS)
        few = state.dead_letters < MOST_DEAD_LETTERS
        yield StatusLine("dead letters", str(state.dead_letters), few, Runbook.DEAD_LETTERS)

    def _cameras(self) -> StatusLine:
        cameras, now = self.operations.cameras, self.operations.at
        silent = sum(one.silent(now) for one in cameras)
        troubled = sum(one.troubled and not one.silent(now) for one in cameras)
        told = f"{len(cameras)}: {silent} silent, {troubled} troubled" if cameras else "none"
        return StatusLine("cameras", told, not silent + troubled, Runbook.CAMERAS)

    def _rest(self) -> Iterator[StatusLine]:
        yield StatusLine("policy", self.policy.version or "none is live", bool(self.policy.version), Runbook.POLICY)
        now = f"{_ago(self.operations.at - self.last_alert)} ago" if self.last_alert else "none in 30 days"
        yield StatusLine("last alert", now)


def _words(metric: Metric) -> str:
    return {Metric.DRIFT_LEFT: "drift left", Metric.LATE_ERASURES: "late erasures"}[metric]


def _ago(span: timedelta) -> str:
    seconds = max(span.total_seconds(), 0)
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
