"""What a part of the local system is: a program, what it waits for, and when it counts as ready."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class State(StrEnum):
    """Where a part is."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class Child:
    """A running process of a part, as its ready check sees it."""

    pid: int
    log: Path
    log_offset: int
    started: float  # seconds since the epoch

    def output(self) -> str:
        """What this process (not an earlier one of the same part) has logged so far."""
        with self.log.open("rb") as file:
            file.seek(self.log_offset)
            return file.read().decode(errors="replace")


@dataclass(frozen=True)
class Event:
    """A part changed its state; `seconds` since the part started, `detail` for a person, `child` if one runs."""

    part: str
    state: State
    seconds: float = 0.0
    detail: str = ""
    child: Child | None = None


@dataclass(frozen=True)
class Part:
    """One program. A part with `once` ends by itself and is done on exit code 0; the others serve until stopped."""

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    ready: Callable[[Child], bool] | None = None  # None: ready as soon as it runs
    prepare: Callable[[], None] | None = None  # called right before each start
    once: bool = False
    restart: bool = True
    deadline: float = 120.0  # seconds from start to ready
    grace: float = 10.0  # seconds from the stop signal to SIGKILL
    stop_signal: int = signal.SIGTERM
    user: tuple[int, int] | None = None  # uid and gid to run as
    address: str = ""
