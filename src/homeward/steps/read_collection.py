"""Read Collection: what is searched, where it came from, and whether anything disagrees. From small objects only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from homeward.domain import reconciliation, sync
from homeward.domain.cameras import CameraState
from homeward.domain.errors import NotFoundError
from homeward.domain.latest import Job, Latest, sync_job
from homeward.domain.ports import CollectionState, ObjectStore
from homeward.steps.latest_runs import LatestRuns

REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source's newest sync with its report, and what we hold of it; {} when there was none (or no reconcile run)."""

    source: str
    synced: Latest | None
    report: Mapping[str, Any] = field(default_factory=dict)
    held: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CollectionOverview:
    """`reconciled` is the newest reconcile run's report; {} before the first."""

    live: CollectionState
    generations: Sequence[str]
    sources: Sequence[SourceState]
    reconciled: Mapping[str, Any]
    cameras: Sequence[CameraState]


@dataclass(frozen=True, slots=True)
class ReadCollection:
    """Nothing here grows with the collection."""

    latest: LatestRuns
    objects: ObjectStore
    bucket: str
    sources: Iterable[str]
    live: Callable[[], CollectionState]
    generations: Callable[[], Sequence[str]]
    cameras: Callable[[], Sequence[CameraState]]

    def __call__(self) -> CollectionOverview:
        """Return how it is now; what is held is as of the newest reconcile run."""
        reconciled = self._report(reconciliation.run_folder, self.latest.read(Job.RECONCILE))
        held = reconciled.get("sources", {})
        sources = [self._source(source, held.get(source, {})) for source in self.sources]
        return CollectionOverview(self.live(), self.generations(), sources, reconciled, self.cameras())

    def _source(self, source: str, held: Mapping[str, Any]) -> SourceState:
        synced = self.latest.read(sync_job(source))
        return SourceState(source, synced, self._report(sync.run_folder, synced), held)

    def _report(self, folder: Callable[[str], str], latest: Latest | None) -> dict[str, Any]:
        if latest is None:
            return {}
        try:
            report: dict[str, Any] = json.loads(self.objects.get(self.bucket, f"{folder(latest.run)}/{REPORT}"))
        except NotFoundError:  # expired
            return {}
        return report
