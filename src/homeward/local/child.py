"""One part while it runs: start, ready check, crash, restart with back-off, stop."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psutil

from homeward.local.errors import NotInstalledError, PartFailedError
from homeward.local.identity import Identity
from homeward.local.part import Child, Event, Part, State
from homeward.local.sweep import PART, RUN, Root, end, members, signal_group

MAX_CRASHES = 5
CRASH_WINDOW = 60.0  # seconds
FIRST_BACKOFF = 0.5  # seconds; doubles with every crash in the window
CHECK_EVERY = 0.2  # seconds between two ready checks
QUOTED_LINES = 3
QUOTED_CHARACTERS = 600


@dataclass(frozen=True)
class _Live:
    """A started process, under the names of the three who deal with it: the kernel, the sweep, the ready check."""

    process: subprocess.Popen[bytes]
    root: Root
    child: Child


class RunningPart:
    """The life of one part; driven by `step`, which never blocks for long."""

    def __init__(
        self, part: Part, run: str, logs: Path, watch: Callable[[Root], None], emit: Callable[[Event], None]
    ) -> None:
        self.part = part
        self.state = State.WAITING
        self.log = logs / f"{part.name}.log"
        self._run = run
        self._watch = watch
        self._emit = emit
        self._live: _Live | None = None
        self._was_ready = False
        self._crashes: deque[float] = deque()
        self._restart_at = 0.0
        self._began = 0.0
        self._next_check = 0.0
        self._known: set[psutil.Process] = set()

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._live.process.pid if self._live else None

    def step(self, needs_met: Callable[[Part], bool]) -> None:
        """Do what is due: start, check, notice an end. Raises PartFailedError when the part is beyond help."""
        if self._live is not None:
            code = self._live.process.poll()
            if code is not None:
                self._ended(self._live, code)
            elif self.state in (State.STARTING, State.RESTARTING):
                self._check_ready(self._live.child)
        elif self.state is State.WAITING and needs_met(self.part):
            rotate(self.log)
            self._start(State.STARTING)
        elif self.state is State.RESTARTING and time.monotonic() >= self._restart_at:
            self._start(State.RESTARTING)

    def _start(self, state: State) -> None:
        self._began = time.monotonic()
        if self.part.prepare:
            self.part.prepare()
        with self.log.open("ab") as log:
            offset = log.tell()
            started = time.time()
            process = self._spawn(log.fileno())
        root = Root(Identity.of(process.pid), self.part.stop_signal)
        self._live = _Live(process, root, Child(process.pid, self.log, offset, started))
        self._watch(root)
        self._set(state)

    def _spawn(self, log: int) -> subprocess.Popen[bytes]:
        uid, gid = self.part.user or (None, None)
        try:
            return subprocess.Popen(
                self.part.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.part.folder,
                env={**self.part.environment, RUN: self._run, PART: self.part.name},
                start_new_session=True,
                user=uid,
                group=gid,
                extra_groups=None if uid is None else [],
            )
        except OSError as error:
            raise NotInstalledError(f"{self.part.name} can't be started: {error}") from error

    def _check_ready(self, child: Child) -> None:
        if time.monotonic() < self._next_check:
            return
        self._next_check = time.monotonic() + CHECK_EVERY
        if not self.part.once and (self.part.ready is None or self.part.ready(child)):
            self._was_ready = True
            self._set(State.READY)
        elif time.monotonic() - self._began > self.part.deadline:
            self._fail(f"wasn't ready within {self.part.deadline:.0f} s")

    def _ended(self, live: _Live, code: int) -> None:
        end(self._run, [live.root], self.part.name, grace=0)  # what it left behind would hold ports and locks
        self._live = None
        if self.part.once and code == 0:
            self._set(State.DONE)
            return
        how = f"ended with code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"
        # Something that never worked won't work the second time either; say so at once.
        if not self.part.restart or not self._was_ready:
            self._fail(how)
        now = time.monotonic()
        self._crashes.append(now)
        while self._crashes[0] < now - CRASH_WINDOW:
            self._crashes.popleft()
        if len(self._crashes) > MAX_CRASHES:
            self._fail(f"crashed {len(self._crashes)} times in a minute, the last time it {how}")
        self._restart_at = now + FIRST_BACKOFF * 2 ** (len(self._crashes) - 1)
        self._set(State.RESTARTING, how)

    def _fail(self, what: str) -> NoReturn:
        error = PartFailedError(f"{self.part.name} {what}: {last_lines(self.log)} (log: {self.log})")
        self._set(State.FAILED, str(error))
        raise error

    def _set(self, state: State, detail: str = "") -> None:
        self.state = state
        child = self._live.child if self._live else None
        self._emit(Event(self.part.name, state, time.monotonic() - self._began, detail, child))

    def ask_to_stop(self) -> None:
        """Send the stop signal to the process group."""
        if self._live is not None:
            self._began = time.monotonic()
            self._known = members(self._run, [self._live.root], self.part.name)
            self._set(State.STOPPING)
            signal_group(self._live.process.pid, self.part.stop_signal)

    def finish_stop(self) -> None:
        """Wait for the end, at most the part's grace; then kill its whole tree."""
        if self._live is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._live.process.wait(max(0.0, self._began + self.part.grace - time.monotonic()))
            end(self._run, [self._live.root], self.part.name, grace=0, known=self._known)
            self._live.process.wait()
            self._live = None
            self._set(State.STOPPED)


def rotate(log: Path) -> None:
    """Keep the log of the last run as `<name>.log.1` and begin an empty one."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT, 0o600)
    os.close(descriptor)


def last_lines(log: Path, count: int = QUOTED_LINES) -> str:
    """The end of a log in one line, for an error message."""
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 8192))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    return " | ".join(lines[-count:])[-QUOTED_CHARACTERS:] or "it logged nothing"
