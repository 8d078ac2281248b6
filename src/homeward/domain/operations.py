"""How the whole of it is doing. Pure: what was read goes in, what the alarms look at comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from homeward.domain.cameras import CameraState
from homeward.domain.detections import iso
from homeward.domain.latest import Job, Latest

NAMESPACE = "Homeward"
"""Of our metrics in CloudWatch. Each has the dimension Stack; `infra/template.yaml` has an alarm for each."""


class Metric(StrEnum):
    """What is measured, by its name in CloudWatch."""

    HOURS_SINCE_SYNC = "HoursSinceSync"  # by Source
    HOURS_SINCE_RECONCILE = "HoursSinceReconcile"
    HOURS_SINCE_EXPIRY = "HoursSinceExpiry"
    HOURS_SINCE_SEAL = "HoursSinceSeal"  # since the end of the newest sealed hour of the audit log
    DRIFT_LEFT = "DriftLeft"
    LATE_ERASURES = "LateErasures"
    OLDEST_REVIEW = "OldestOpenReviewSeconds"
    SILENT_CAMERAS = "SilentCameras"
    TROUBLED_CAMERAS = "TroubledCameras"  # they work, but not as they should


# A job that succeeds again and again: its age, and what its newest success left, where that is watched. A job that is
# added here is read, measured and shown; its step notes `latest/<job>.json`.
JOBS: Mapping[Job, tuple[Metric, Metric | None]] = {
    Job.RECONCILE: (Metric.HOURS_SINCE_RECONCILE, Metric.DRIFT_LEFT),
    Job.EXPIRY: (Metric.HOURS_SINCE_EXPIRY, Metric.LATE_ERASURES),
    Job.SEAL: (Metric.HOURS_SINCE_SEAL, None),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of a metric; `labels` are its dimensions besides Stack."""

    metric: Metric
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OperationsState:
    """`synced` by source and `jobs` hold the newest successes, None where there never was one.

    `oldest_review` is when the open question was asked that waits longest, None when none is open.
    """

    at: datetime
    synced: Mapping[str, Latest | None]
    jobs: Mapping[Job, Latest | None]
    oldest_review: datetime | None
    open_reviews: int
    dead_letters: int
    cameras: Sequence[CameraState] = ()

    def measures(self) -> list[Measure]:
        """What is told to CloudWatch. A job that never succeeded has no age: its alarm takes silence for bad news."""
        waiting = Measure(Metric.OLDEST_REVIEW, self._waiting())
        return [*self._of_syncs(), *self._of_jobs(), waiting, *self._of_cameras()]

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        done = {**self.synced, **{job.value: latest for job, latest in self.jobs.items()}}
        return {
            "at": iso(self.at),
            "hours_since": {name: round(self._hours(latest), 2) if latest else None for name, latest in done.items()},
            "left": {job.value: latest.left for job, latest in self.jobs.items() if latest},
            "oldest_review_seconds": self._waiting(),
            "open_reviews": self.open_reviews,
            "dead_letters": self.dead_letters,
            "cameras": len(self.cameras),
            "not_well": [one.to_json(self.at) for one in self.cameras if one.silent(self.at) or one.troubled],
        }

    def _of_syncs(self) -> Iterator[Measure]:
        for source, latest in self.synced.items():
            if latest:
                yield Measure(Metric.HOURS_SINCE_SYNC, self._hours(latest), {"Source": source})

    def _of_jobs(self) -> Iterator[Measure]:
        for job, latest in self.jobs.items():
            age, left = JOBS[job]
            if latest:
                yield Measure(age, self._hours(latest))
            if latest and left:
                yield Measure(left, latest.left)

    def _of_cameras(self) -> Iterator[Measure]:
        silent = [camera.silent(self.at) for camera in self.cameras]
        troubled = [camera.troubled and not camera.silent(self.at) for camera in self.cameras]
        yield Measure(Metric.SILENT_CAMERAS, sum(silent))
        yield Measure(Metric.TROUBLED_CAMERAS, sum(troubled))

    def _hours(self, latest: Latest) -> float:
        return max(0.0, (self.at - latest.at).total_seconds() / 3600)

    def _waiting(self) -> float:
        return max(0.0, (self.at - self.oldest_review).total_seconds()) if self.oldest_review else 0.0
