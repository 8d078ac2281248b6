"""Executions of state machines on the cloud: the surroundings that the interpreter asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.invariants.asl import Execution, Task, TaskFailedError
from tests.invariants.faults import Point, StoppedError
from tests.invariants.timeline import Signal

if TYPE_CHECKING:
    from tests.invariants.cloud import Cloud


@dataclass
class Waiting:
    """A task that waits for its token."""

    signal: Signal
    beat: datetime
    answer: Any = None
    error: TaskFailedError | None = None


@dataclass
class Running:
    """An execution on the cloud: the surroundings that the interpreter asks for."""

    cloud: Cloud
    name: str
    definition: Mapping[str, Any]
    payload: Any
    ended: datetime | None = None
    aborted: bool = False
    began: datetime = field(init=False)
    execution: Execution = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.cloud.timeline.now
        self.execution = Execution(self.definition, f"arn:execution:detection:{self.name}", self.payload, self)

    @property
    def status(self) -> str:
        return "ABORTED" if self.aborted else self.execution.status

    def run(self) -> None:
        try:
            self.execution.run()
        except StoppedError:
            return
        self.ended = self.cloud.timeline.now

    def abort(self) -> None:
        """It ends where it is; a function that runs for it goes on."""
        if not self.ended:
            self.aborted, self.ended = True, self.cloud.timeline.now

    def now(self) -> datetime:
        return self.cloud.timeline.now

    def sleep(self, seconds: float) -> None:
        self.cloud.timeline.sleep(seconds)
        self._check()

    def jitter(self) -> float:
        return self.cloud.jitter

    def token(self) -> str:
        return self.cloud.next_token()

    def left(self, state: str) -> None:
        point = Point(state, "after")
        self.cloud.points.add(point)
        if self.cloud.faults.take(point):
            self.abort()
        self._check()

    def perform(self, task: Task) -> Any:
        now = self.cloud.timeline.now
        waiting = Waiting(Signal(self.cloud.timeline), now)
        if task.token:
            self.cloud.waiting[task.token] = waiting
        until = now + timedelta(seconds=task.timeout) if task.timeout else None

        def ended(result: Any, error: TaskFailedError | None) -> None:
            if error or not task.token:
                waiting.answer, waiting.error = result, error
                waiting.signal.give()

        self.cloud.invoke(_function(task.function), task.payload, ended)
        try:
            self._wait(waiting, until, task.heartbeat)
        finally:
            self.cloud.waiting.pop(task.token or "", None)
        self._check()
        if waiting.error:
            raise waiting.error
        return waiting.answer

    def _wait(self, waiting: Waiting, until: datetime | None, heartbeat: float | None) -> None:
        while True:
            silent = waiting.beat + timedelta(seconds=heartbeat) if heartbeat else None
            limits = [limit for limit in (until, silent) if limit]
            if waiting.signal.wait(min(limits, default=None)):
                return
            self._check()
            if until and self.cloud.timeline.now >= until:
                raise TaskFailedError("States.Timeout")
            if silent and waiting.beat + timedelta(seconds=heartbeat or 0) <= self.cloud.timeline.now:
                raise TaskFailedError("States.HeartbeatTimeout")

    def _check(self) -> None:
        if self.aborted:
            raise StoppedError("aborted")


def _function(arn: str) -> str:
    """`${SearchFacesFunctionArn}` -> `search_faces`."""
    name = arn.removeprefix("${").removesuffix("FunctionArn}")
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
