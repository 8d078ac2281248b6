"""A run of a DAG that failed: what the operators are told of it, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from homeward.domain.latest import Latest

QUIET = timedelta(hours=1)
"""A DAG that runs every five minutes, and fails, is one piece of news in that time."""


@dataclass(frozen=True, slots=True)
class RunFailure:
    """`task` is the last one that failed, None where the run didn't fail by a task; `link` leads to the run."""

    dag: str
    run: str
    reason: str
    task: str | None = None
    link: str | None = None

    @property
    def job(self) -> str:
        """What it is remembered under: the same failure of the same DAG."""
        return f"failed/{self.dag}/{self.task or self.reason}"

    def is_news(self, told: Latest | None, now: datetime) -> bool:
        """Whether the operators haven't just heard of the like."""
        return told is None or not timedelta(0) <= now - told.at < QUIET

    def subject(self) -> str:
        """Of the message."""
        return f"{self.dag} failed"

    def text(self) -> str:
        """Of the message."""
        lines = [
            f"The run {self.run} of the DAG {self.dag} failed: {self.reason}.",
            f"The last task that failed: {self.task}." if self.task else "",
            self.link or "",
            f"For {QUIET.total_seconds() / 3600:.0f} h you hear no more of failures like this one.",
        ]
        return "\n".join(filter(None, lines))
