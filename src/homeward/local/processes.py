"""Starts parts in the order of their needs, watches them, restarts what crashes and stops everything."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from homeward.local.child import RunningPart
from homeward.local.errors import LocalError, PartFailedError, StopFailedError
from homeward.local.part import Event, Part, State
from homeward.local.sweep import members
from homeward.local.watchdog import Watchdog

TICK = 0.05  # seconds between two looks while something is starting
CALM_TICK = 0.5  # and when everything runs
UP = (State.READY, State.DONE)


class Supervisor:
    """Runs parts under one run identity.

    A thread does all the work; the caller's thread waits (and can be interrupted). A failure of any part ends the
    supervision: `wait` raises it, and the caller stops the rest.
    """

    def __init__(
        self,
        run: str,
        parts: Iterable[Part],
        logs: Path,
        on_event: Callable[[Event], None],
        gates: Iterable[str] = (),
        lock: int | None = None,
    ) -> None:
        parts = list(parts)
        check_needs(parts, {part.name for part in parts}.union(gates))
        self.run = run
        self._on_event = on_event
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._failure: LocalError | None = None
        self._closed_gates = set(gates)
        self._watchdog = Watchdog(run, lock)
        self.parts = {part.name: RunningPart(part, run, logs, self._watchdog.watch, self._emit) for part in parts}
        self._thread = threading.Thread(target=self._supervise, name="supervisor", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def open_gate(self, name: str) -> None:
        """Let the parts start that wait for something the caller does itself."""
        with self._changed:
            self._closed_gates.discard(name)

    def wait_ready(self, *names: str) -> None:
        """Wait until these parts (all, when none is named) are ready; raises the failure of any part."""
        wanted = names or tuple(self.parts)
        while not all(self.parts[name].state in UP for name in wanted):
            self._wait_for_change()

    def wait_failure(self) -> None:
        """Wait until a part fails for good, and raise that; never returns otherwise."""
        while True:
            self._wait_for_change()

    def raise_failure(self, cause: BaseException | None = None) -> None:
        """Raise the failure that ended the supervision, if there is one."""
        if self._failure is not None:
            raise self._failure from cause

    def _wait_for_change(self) -> None:
        # Without a lock: KeyboardInterrupt can come anywhere, also while a condition takes its lock back.
        time.sleep(TICK)
        self.raise_failure()
        if not self._thread.is_alive():
            raise PartFailedError("the supervision ended by a defect: its traceback is on standard error")

    # ------------------------------------------------------------------------------- the thread

    def _supervise(self) -> None:
        try:
            while not self._stopping.is_set():
                self._watchdog.renew()
                for part in self.parts.values():
                    part.step(self._needs_met)
                    if self._stopping.is_set():
                        return
                calm = all(part.state in UP for part in self.parts.values())
                self._stopping.wait(CALM_TICK if calm else TICK)
        except LocalError as error:
            self._failure = error
        finally:
            with self._changed:
                self._changed.notify_all()

    def _needs_met(self, part: Part) -> bool:
        return all(self.parts[need].state in UP if need in self.parts else self._open(need) for need in part.after)

    def _open(self, gate: str) -> bool:
        with self._changed:
            return gate not in self._closed_gates

    def _emit(self, event: Event) -> None:
        self._on_event(event)
        with self._changed:
            self._changed.notify_all()

    # ------------------------------------------------------------------------------- the end

    def _needs(self, name: str) -> set[str]:
        """All that a part needs, directly or not."""
        if name not in self.parts:
            return set()
        return {name for need in self.parts[name].part.after for name in (need, *self._needs(need))}

    def stop(self) -> None:
        """End every part, those that others need last; then the watchdog looks for anything left. Idempotent."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        remaining = {name for name, part in self.parts.items() if part.pid is not None}
        while remaining:
            wave = remaining - set().union(*map(self._needs, remaining))
            for name in wave:
                self.parts[name].ask_to_stop()
            for name in wave:
                self.parts[name].finish_stop()
            remaining -= wave
        self._watchdog.close()
        left = members(self.run)
        if left:
            raise StopFailedError(f"these processes can't be ended: {sorted(process.pid for process in left)}")


def check_needs(parts: Iterable[Part], known: set[str]) -> None:
    """Raise ValueError when a part waits for something that nobody provides."""
    unknown = {need for part in parts for need in part.after} - known
    if unknown:
        raise ValueError(f"no part and no gate is called {', '.join(sorted(unknown))}")
