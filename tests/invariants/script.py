"""What a case of a machine's `cases.json` scripts, as the interpreter's surroundings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from homeward.domain.detections import iso
from tests.invariants.asl import Task, TaskFailedError


@dataclass
class Script:
    """Surroundings that do what a case says; time passes at once."""

    case: dict[str, Any]
    book: dict[str, Any]
    time: datetime = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
    calls: dict[str, list[Any]] = field(default_factory=dict)
    pauses: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def jitter(self) -> float:
        return 1.0

    def token(self) -> str:
        return "token"

    def left(self, state: str) -> None:
        pass

    def perform(self, task: Task) -> Any:
        states = self.case["states"]
        state = next(name for name in states if task.function == f"${{{name.replace(' ', '')}FunctionArn}}")
        calls = self.calls.setdefault(state, [])
        answer = states[state][min(len(calls), len(states[state]) - 1)]
        calls.append(task.payload)
        if "raises" in answer:
            raise TaskFailedError(answer["raises"], f"scripted failure of {state}")
        return self._wait(task) if task.token else self._said(answer["returns"])

    def _wait(self, task: Task) -> Any:
        """A review answers at once, or time runs out: first that between heartbeats, if there are none."""
        limit, beat = task.timeout or 0, task.heartbeat or 0
        if self.case.get("review"):
            return self.case["review"]
        dead = beat < limit and not self.case.get("heartbeats")
        self.time += timedelta(seconds=beat if dead else limit)
        raise TaskFailedError("States.HeartbeatTimeout" if dead else "States.Timeout")

    def _said(self, answer: Any) -> Any:
        """A name stands for an entry of the book, `in N s` for that time."""
        said = self.book[answer] if isinstance(answer, str) else answer
        found = re.fullmatch(r"in (\d+) s", str(said.get("expires_at")))
        return {**said, "expires_at": iso(self.time + timedelta(seconds=int(found[1])))} if found else said
