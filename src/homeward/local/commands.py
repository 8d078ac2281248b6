"""`homeward up`, `down` and `status` without their printing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

from homeward.local.child import last_lines, rotate
from homeward.local.errors import PartFailedError, StopFailedError
from homeward.local.health import listens
from homeward.local.home import Home, HomeLock, holder, is_held
from homeward.local.identity import Identity
from homeward.local.part import Event, State
from homeward.local.run_record import PartRecord, RunRecord
from homeward.local.system import LocalOptions, LocalSystem, clear_leftovers

STOP_PATIENCE = 60.0  # seconds for a clean stop: three waves of parts, each with its grace
KILL_PATIENCE = 30.0  # seconds for the watchdog


def up(options: LocalOptions, on_event: Callable[[Event], None], announce: Callable[[LocalSystem], None]) -> None:
    """Run the system until a signal; `announce` is called once it serves. Raises LocalError; nothing is left then."""
    try:
        with LocalSystem(options, on_event) as system:
            announce(system)
            system.wait()
    except KeyboardInterrupt:
        return


def up_detached(command: Sequence[str], home: Home) -> str:
    """Start `command` (a `homeward up`) on its own; return its ready line.

    Its standard error becomes `logs/up.log`. Raises PartFailedError with its last words.
    """
    home.prepare()
    log = home.logs / "up.log"
    rotate(log)
    out, into = os.pipe()
    with os.fdopen(out) as its_output, os.fdopen(into, "w") as output, log.open("ab") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True
        )
        output.close()
        try:
            line = its_output.readline()
        except KeyboardInterrupt:
            process.terminate()
            process.wait(STOP_PATIENCE)
            raise
    if not line:
        process.wait(STOP_PATIENCE)
        raise PartFailedError(f"the system didn't start: {last_lines(log)} (log: {log})")
    return line.strip()


def down(home: Home) -> bool:
    """Stop the system that runs on the folder and wait until nothing is left; False when nothing ran.

    Raises StopFailedError when even SIGKILL didn't help.
    """
    ran = is_held(home)
    asked: Identity | None = None
    deadline = time.monotonic() + STOP_PATIENCE
    while is_held(home) and time.monotonic() < deadline:
        owner = holder(home)
        if owner is not None and owner != asked:
            _signal(owner, signal.SIGTERM)
            asked = owner
        time.sleep(0.1)
    if is_held(home):
        owner = holder(home)
        if owner is not None:
            _signal(owner, signal.SIGKILL)
        _wait_for_watchdog(home)
    if home.run_file.exists():
        _clear(home)
    return ran


def _signal(process: Identity, number: int) -> None:
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise StopFailedError(f"pid {process.pid} belongs to another user: ask that user to stop it") from error


def _wait_for_watchdog(home: Home) -> None:
    deadline = time.monotonic() + KILL_PATIENCE
    while is_held(home):
        if time.monotonic() > deadline:
            raise StopFailedError(f"the system on {home.root} can't be stopped: restart the machine")
        time.sleep(0.1)


def _clear(home: Home) -> None:
    lock = HomeLock(home)
    lock.acquire()
    try:
        clear_leftovers(home)
    finally:
        lock.release()


class Condition(IntEnum):
    """How the system is; the number is the exit code of `homeward status`."""

    UP = 0
    BROKEN = 1  # also while it starts or stops
    DOWN = 3


@dataclass(frozen=True)
class StatusRow:
    """One line of the table; `state` is a State's value, `dead` or `not answering`."""

    part: str
    state: str
    pid: int | None
    address: str
    uptime: float | None  # seconds
    log: str


@dataclass(frozen=True)
class Status:
    """What runs on a state folder."""

    condition: Condition
    rows: tuple[StatusRow, ...] = ()


def status(home: Home) -> Status:
    """Look at every part: its process and, when it has an address, whether that answers."""
    if not is_held(home):
        return Status(Condition.DOWN)
    record = RunRecord.load(home)
    if record is None:
        return Status(Condition.BROKEN)
    rows = [_supervisor_row(record), *(_row(name, part) for name, part in record.parts.items())]
    healthy = all(row.state in (State.READY, State.DONE) for row in rows)
    return Status(Condition.UP if healthy else Condition.BROKEN, tuple(rows))


def _supervisor_row(record: RunRecord) -> StatusRow:
    alive = record.supervisor.alive()
    uptime = time.time() - record.started if alive else None
    return StatusRow("supervisor", State.READY if alive else "dead", record.supervisor.pid, record.address, uptime, "")


def _row(name: str, part: PartRecord) -> StatusRow:
    state: str = part.state
    alive = part.process is not None and part.process.alive()
    if part.state is State.READY:
        port = urlsplit(part.address).port
        if not alive:
            state = "dead"
        elif port is not None and not listens(port):
            state = "not answering"
    pid = part.process.pid if part.process and alive else None
    return StatusRow(name, state, pid, part.address, time.time() - part.since if alive else None, part.log)
