"""Redriving: what is done about work that stopped halfway, or failed. Pure rules; times are in UTC.

Work is what one execution of a state machine does for one row: a detection, or a frame. Nothing is done about it while
its execution runs; what is started again begins at the beginning, where every step finds what was done before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

MAX_REDRIVES = 5
# A row that moved a moment ago may have an execution that is about to start, or a function's call still under way.
SETTLED = timedelta(minutes=2)
# The first redrive comes at once, the next ones after 10, 20, 40 and 80 minutes: an outage of two hours is survived.
FIRST_WAIT = timedelta(minutes=10)
RUNNING = "RUNNING"  # Step Functions' word


class Standing(StrEnum):
    """The named places of a row in its machine that matter here; any other state is unfinished too."""

    RECEIVED = "RECEIVED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    ERASED = "ERASED"


@dataclass(frozen=True, slots=True)
class Work:
    """A row and its way so far. `payload` is the machine's input, `redrives` counts executions after the first.

    `allowed` is how many redrives it gets; `moved_at` is when its state changed last, None once it has ended for good:
    well, or `given_up`. `problem` is the error that it failed with.
    """

    work_id: str
    payload: Mapping[str, Any]
    state: str
    outcome: str | None
    moved_at: datetime | None
    redrives: int = 0
    allowed: int = MAX_REDRIVES
    problem: str = ""
    given_up: bool = False

    @property
    def failed(self) -> bool:
        """Whether its execution ended in Record Failure."""
        return self.state == Standing.FINISHED and self.outcome == Standing.FAILED

    @property
    def execution(self) -> str:
        """The name of its newest execution, whether that was started or not."""
        return execution_name(self.work_id, self.redrives)


def execution_name(work_id: str, redrives: int) -> str:
    """`<id>` for the first execution, `<id>-r<n>` for the n-th redrive."""
    return f"{work_id}-r{redrives}" if redrives else work_id


class Redrive(StrEnum):
    """What is to be done about a piece of work, or why nothing is."""

    ENDED = "ENDED"  # for good, or given up
    RUNS = "RUNS"
    EARLY = "EARLY"  # looked at again later
    START = "START"  # its execution was never started
    RESTART = "RESTART"  # its execution is dead
    GIVE_UP = "GIVE_UP"


def next_redrive(work: Work, status: str | None, now: datetime) -> Redrive:
    """Decide; `status` is Step Functions' word for its newest execution, None when there is none."""
    if work.moved_at is None:
        return Redrive.ENDED
    if status == RUNNING:
        # A failed one's execution is about to end, after a last word or two.
        return Redrive.EARLY if work.failed else Redrive.RUNS
    if not work.failed and now < work.moved_at + SETTLED:
        return Redrive.EARLY
    if status is None and not work.failed:
        return Redrive.START
    if work.redrives >= work.allowed:
        return Redrive.GIVE_UP
    return Redrive.EARLY if now < work.moved_at + wait_before(work.redrives + 1) else Redrive.RESTART


def wait_before(redrive: int) -> timedelta:
    """How long after the failure the n-th redrive comes. More than MAX_REDRIVES were asked for by a person."""
    past = (redrive - 1) % MAX_REDRIVES
    return FIRST_WAIT * 2 ** (past - 1) if past else timedelta(0)
