"""Ends what a supervisor leaves behind, however the supervisor ends.

Run as `python -m homeward.local.watchdog RUN` with a pipe on standard input. The supervisor writes one JSON array per
line, `[pid, born, stop signal]`, for each process that it starts; the kernel closes the pipe when the supervisor ends,
also on SIGKILL, and then everything that carries the run is ended. After a clean stop nothing is found.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import homeward
from homeward.local.identity import Identity
from homeward.local.sweep import Root, end

GRACE = 5.0


class Watchdog:
    """The supervisor's side: starts the watchdog and tells it what to watch."""

    def __init__(self, run: str, lock: int | None = None) -> None:
        self._run = run
        self._lock = lock
        self._roots: list[Root] = []
        self._spawn()

    def _spawn(self) -> None:
        out, into = os.pipe()
        with os.fdopen(out) as end_of_watchdog:
            self._pipe = os.fdopen(into, "w")
            self._process = subprocess.Popen(
                [sys.executable, "-m", "homeward.local.watchdog", self._run],
                stdin=end_of_watchdog,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
                cwd=Path(homeward.__file__).parents[1],
                pass_fds=() if self._lock is None else (self._lock,),
            )

    def watch(self, root: Root) -> None:
        """Have this process ended when the supervisor ends."""
        self._roots.append(root)
        self._tell(root)

    def renew(self) -> None:
        """Start another watchdog if somebody killed ours."""
        if self._process.poll() is not None:
            self._spawn()
            for root in self._roots:
                self._tell(root)

    def _tell(self, root: Root) -> None:
        # Killed: the next renew() tells the new one.
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps([root.process.pid, root.process.born, root.stop_signal]), file=self._pipe, flush=True)

    def close(self, timeout: float = 30) -> None:
        """Let it look for leftovers, end them, and go."""
        with contextlib.suppress(BrokenPipeError):
            self._pipe.close()
        self._process.wait(timeout)


def main(arguments: list[str]) -> int:
    """Read roots until the pipe closes, then end the run."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    roots = [Root(Identity(pid, born), stop) for pid, born, stop in map(json.loads, sys.stdin)]
    return 0 if end(arguments[0], roots, grace=GRACE) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
