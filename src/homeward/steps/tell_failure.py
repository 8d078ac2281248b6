"""Tell Failure: a run of a DAG failed; the operators hear of it, once an hour for the same failure."""

from __future__ import annotations

from dataclasses import dataclass

from homeward.domain.errors import HomewardError
from homeward.domain.latest import Latest
from homeward.domain.ports import Clock, Operators
from homeward.domain.run_failures import RunFailure
from homeward.domain.runbooks import Runbook
from homeward.steps.latest_runs import LatestRuns


@dataclass(frozen=True, slots=True)
class TellFailure:
    """Told before it is noted: a crash in between tells twice, and never not at all."""

    operators: Operators
    latest: LatestRuns
    clock: Clock

    def __call__(self, failure: RunFailure, runbook: Runbook) -> bool:
        """Return whether they were told."""
        now = self.clock()
        if not failure.is_news(self._told(failure), now):
            return False
        self.operators.tell(failure.subject(), failure.text(), runbook)
        self.latest.note(failure.job, Latest(failure.run, now))
        return True

    def _told(self, failure: RunFailure) -> Latest | None:
        """Who can't remember tells again: a bucket that is down may be why the run failed."""
        try:
            return self.latest.read(failure.job)
        except HomewardError:
            return None
