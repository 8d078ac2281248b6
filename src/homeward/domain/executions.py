"""Executions of our state machines, as Step Functions tells of them: which there are, and what happened in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from homeward.domain.cases import CaseKey
from homeward.domain.detections import Outcome, camera_of
from homeward.domain.errors import InputError


class Machine(StrEnum):
    """Our state machines, by the names of their folders."""

    DETECTION = "detection"
    FRAME = "frame"
    INDEX_PHOTOS = "index_photos"


class ExecutionStatus(StrEnum):
    """Step Functions' words."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    ABORTED = "ABORTED"
    PENDING_REDRIVE = "PENDING_REDRIVE"


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution; the time of an end is None while it runs."""

    machine: Machine
    name: str
    status: str
    started_at: datetime
    stopped_at: datetime | None = None

    @property
    def moment(self) -> datetime:
        """By which Step Functions orders them: the end, or the start of one that runs."""
        return self.stopped_at or self.started_at


@dataclass(frozen=True, slots=True)
class ExecutionPage:
    """Some executions of a machine, newest first; with `token` the next ones are asked for, None after the last."""

    executions: tuple[Execution, ...]
    token: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which executions somebody wants to see; None leaves it open. `since` and `until` are about their start.

    `camera`, `case` and `outcome` are those of detections.
    """

    machine: Machine = Machine.DETECTION
    status: ExecutionStatus | None = None
    since: datetime | None = None
    until: datetime | None = None
    camera: str | None = None
    case: CaseKey | None = None
    outcome: Outcome | None = None

    def covers(self, execution: Execution) -> bool:
        """Whether what an execution itself says is wanted; case and outcome are in the detection's row."""
        at = execution.started_at
        return (
            (self.status is None or execution.status == self.status)
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
            and (self.camera is None or camera_of(execution.name) == self.camera)
        )

    def covers_row(self, row: Mapping[str, Any]) -> bool:
        """Whether what the detection's row says is wanted; {} when there is no row (any more)."""
        best = (row.get("decision") or {}).get("best") or {}
        return (self.outcome is None or row.get("outcome") == self.outcome) and (
            self.case is None or best.get("case") == str(self.case)
        )


@dataclass(frozen=True, slots=True)
class ListedExecution:
    """An execution with its detection's row; {} for other machines, and when there is none (any more)."""

    execution: Execution
    row: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListedPage:
    """What was found; with `cursor` the search goes on. `oldest` is the moment that it has come to."""

    executions: tuple[ListedExecution, ...]
    cursor: str | None
    looked_at: int
    oldest: datetime | None


_REDRIVEN = re.compile(r"-r[0-9]+$")


def work_of(execution: str) -> str:
    """The id of the detection or frame whose execution, or redriven execution, this is."""
    return _REDRIVEN.sub("", execution)


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """An entry of an execution's history; `previous` is the number of the one that it follows (0: the first)."""

    number: int
    previous: int
    type: str
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExecutionDetails:
    """Everything that Step Functions knows of an execution. `definition` is the machine's as it was then.

    `input` and `output` are texts of JSON; `complete` is False when its history is longer than MAX_EVENTS.
    """

    execution: Execution
    input: str
    output: str | None
    error: str | None
    cause: str | None
    definition: Mapping[str, Any]
    events: tuple[HistoryEvent, ...]
    complete: bool = True


MAX_EVENTS = 2000


class VisitStatus(StrEnum):
    """How a state that was entered was left: not yet, as it should be, after an error that was caught, not at all."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    CAUGHT = "CAUGHT"
    FAILED = "FAILED"


@dataclass(slots=True)
class Try:
    """One call of a task; an `error` means that it failed."""

    started_at: datetime
    ended_at: datetime | None = None
    error: str | None = None
    cause: str | None = None


@dataclass(slots=True)
class Visit:
    """A state that was entered, with what went in, what came out, and every try."""

    state: str
    entered_at: datetime
    input: str
    left_at: datetime | None = None
    output: str | None = None
    tries: list[Try] = field(default_factory=list)
    ended: bool = False  # the execution ended while it was in this state

    @property
    def status(self) -> VisitStatus:
        """How it was left."""
        if self.left_at is None:
            return VisitStatus.FAILED if self.ended else VisitStatus.RUNNING
        return VisitStatus.CAUGHT if self.tries and self.tries[-1].error else VisitStatus.SUCCEEDED

    @property
    def retries(self) -> int:
        """How often its task was called again."""
        return max(len(self.tries) - 1, 0)

    def lasted(self, now: datetime) -> timedelta:
        """How long it took; until now for one that was not left."""
        return (self.left_at or now) - self.entered_at


def visits(events: Iterable[HistoryEvent], over: bool) -> list[Visit]:
    """The states that were entered, in that order, with the states inside maps; `over`: the execution has ended."""
    found: list[Visit] = []
    owners: dict[int, Visit] = {}  # by event, the visit that it belongs to
    for event in events:
        owner = owners.get(event.previous)
        if event.type.endswith("StateEntered"):
            owner = Visit(event.details["name"], event.at, event.details.get("input", ""))
            found.append(owner)
        elif event.type.endswith("StateExited"):
            owner = _open_visit(found, event.details["name"]) or owner
            if owner:
                owner.left_at, owner.output = event.at, event.details.get("output")
        elif owner:
            _note_try(owner, event)
        if owner:
            owners[event.number] = owner
    for visit in found:
        visit.ended = over and visit.left_at is None
    return found


def _open_visit(found: Sequence[Visit], state: str) -> Visit | None:
    return next((visit for visit in reversed(found) if visit.state == state and visit.left_at is None), None)


_CALLED = ("TaskScheduled", "LambdaFunctionScheduled")
_WENT_WRONG = ("Failed", "TimedOut")


def _note_try(visit: Visit, event: HistoryEvent) -> None:
    if event.type in _CALLED:
        visit.tries.append(Try(event.at))
    elif not event.type.startswith(("Task", "LambdaFunction")) or not visit.tries:
        return
    elif event.type.endswith(_WENT_WRONG):
        current = visit.tries[-1]
        current.ended_at, current.cause = event.at, event.details.get("cause")
        current.error = event.details.get("error") or event.type
    elif event.type.endswith("Succeeded"):
        visit.tries[-1].ended_at = event.at


def checked_machine(text: str) -> Machine:
    """InputError when we have no such machine."""
    try:
        return Machine(text)
    except ValueError:
        raise InputError(f"there is no state machine {text!r}; there are {', '.join(Machine)}") from None
