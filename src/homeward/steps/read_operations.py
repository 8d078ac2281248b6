"""Read Operations: how the whole of it is doing, from small objects, one query and one count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.domain.audit_format import end_of
from homeward.domain.cameras import CameraState
from homeward.domain.latest import Job, Latest, sync_job
from homeward.domain.operations import JOBS, OperationsState
from homeward.domain.ports import Clock, LetterBox, ReviewStore
from homeward.steps.latest_runs import LatestRuns


@dataclass(frozen=True, slots=True)
class ReadOperations:
    """Nothing here grows with what the tables hold, but for the questions that are open.

    `sealed` tells the newest sealed hour of the audit log, `cameras` what was last heard of each.
    """

    latest: LatestRuns
    reviews: ReviewStore
    letters: LetterBox
    sources: Iterable[str]
    sealed: Callable[[], str | None]
    cameras: Callable[[], Sequence[CameraState]]
    clock: Clock

    def __call__(self) -> OperationsState:
        """Return what is so now."""
        asked = [datetime.fromisoformat(review["asked_at"]) for review in self.reviews.list_open()]
        return OperationsState(
            at=self.clock(),
            synced={source: self.latest.read(sync_job(source)) for source in self.sources},
            jobs={**{job: self.latest.read(job) for job in JOBS}, Job.SEAL: self._sealed()},
            oldest_review=min(asked, default=None),
            open_reviews=len(asked),
            dead_letters=self.letters.depth(),
            cameras=self.cameras(),
        )

    def _sealed(self) -> Latest | None:
        hour = self.sealed()
        return Latest(hour, end_of(hour)) if hour else None
