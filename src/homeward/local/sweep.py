"""Finding and ending every process of a run, also those that left their parent, their group or their session.

A process belongs to a run when its environment carries the run's marker, when it lives in the session of a process
that we started, or when it descends from one that does. No single sign is enough: PostgreSQL and others overwrite
their environment for the process list, and a daemon may leave session and parent.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import psutil

from homeward.local.identity import Identity

RUN = "HOMEWARD_RUN"
PART = "HOMEWARD_PART"
KILL_ROUNDS = 20


@dataclass(frozen=True)
class Root:
    """A process that we started as the leader of its own session, and the signal that it ends cleanly on."""

    process: Identity
    stop_signal: int = signal.SIGTERM

    def owns_session(self) -> bool:
        """Tell whether a session with our number is still ours: its leader is gone for good or is this process."""
        return not psutil.pid_exists(self.process.pid) or self.process.exists()


def members(run: str, roots: Iterable[Root] = (), part: str | None = None) -> set[psutil.Process]:
    """The living processes of a run (or of one part of it), without the caller."""
    sessions = {root.process.pid for root in roots if root.owns_session()}
    found: set[psutil.Process] = set()
    children: dict[int, list[psutil.Process]] = {}
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            children.setdefault(process.ppid(), []).append(process)
            if os.getsid(process.pid) in sessions or _marked(process, run, part):
                found.add(process)
        except (psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            continue
    pending = list(found)
    while pending:
        fresh = [child for child in children.get(pending.pop().pid, []) if child not in found]
        found.update(fresh)
        pending.extend(fresh)
    return found


def _marked(process: psutil.Process, run: str, part: str | None) -> bool:
    try:
        environment = process.environ()
    except (psutil.AccessDenied, OSError):
        return False  # another user's: none of ours
    return environment.get(RUN) == run and part in (None, environment.get(PART))


def end(
    run: str,
    roots: Iterable[Root] = (),
    part: str | None = None,
    grace: float = 5,
    known: Iterable[psutil.Process] = (),
) -> bool:
    """Ask the roots to end, wait for at most `grace` seconds, kill what is left; True when nothing remains.

    `known` are members found earlier: of a process without a mark only its living parents tell whose it is.
    """
    roots = list(roots)
    remembered = {*known, *members(run, roots, part)}
    for root in roots:
        if root.process.alive():
            signal_group(root.process.pid, root.stop_signal)
    _wait_until(lambda: not any(root.process.alive() for root in roots), grace)
    # A process may fork while we look, so only a look that finds nothing counts.
    for _ in range(KILL_ROUNDS):
        remembered = {process for process in remembered if _lives(process)} | members(run, roots, part)
        if not remembered:
            return True
        for process in remembered:
            _kill(process)
        _wait_until(partial(_all_gone, remembered), 0.5)
    return False


def _wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def signal_group(pid: int, number: int) -> None:
    """Signal the process group that `pid` leads; harmless when it has gone."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):  # macOS refuses when only zombies are left
        return


def _all_gone(processes: Iterable[psutil.Process]) -> bool:
    return not any(map(_lives, processes))


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
