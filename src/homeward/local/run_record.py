"""`run.json`: what runs now, for `homeward status` and `homeward down`."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from homeward.local.home import Home, read_json, write_json
from homeward.local.identity import Identity
from homeward.local.part import Event, Part, State


@dataclass
class PartRecord:
    """One part as the supervisor last saw it; `since` is when the process (or the state without one) began, epoch."""

    address: str
    log: str
    state: State = State.WAITING
    process: Identity | None = None
    since: float = 0.0

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> PartRecord:
        """Read what `asdict` wrote."""
        process = Identity(**kept["process"]) if kept["process"] else None
        return cls(**{**kept, "state": State(kept["state"]), "process": process})


@dataclass
class RunRecord:
    """One run: who supervises it, where its door is, and its parts."""

    run: str
    address: str
    supervisor: Identity
    started: float  # seconds since the epoch
    parts: dict[str, PartRecord]

    @classmethod
    def of(cls, run: str, address: str, parts: Iterable[Part], logs: Path) -> RunRecord:
        """The record of a run that begins now, in this process."""
        waiting = {part.name: PartRecord(part.address, str(logs / f"{part.name}.log")) for part in parts}
        return cls(run, address, Identity.of(os.getpid()), time.time(), waiting)

    @classmethod
    def load(cls, home: Home) -> RunRecord | None:
        """The record in the state folder, if there is one."""
        kept = read_json(home.run_file)
        if not kept:
            return None
        parts = {name: PartRecord.from_json(part) for name, part in kept["parts"].items()}
        return cls(**{**kept, "supervisor": Identity(**kept["supervisor"]), "parts": parts})


class RunRecorder:
    """Keeps the file up to date; called from the supervising thread and from the caller's."""

    def __init__(self, path: Path, record: RunRecord) -> None:
        self._path = path
        self._record = record
        self._lock = threading.Lock()
        self._closed = False

    def note(self, event: Event) -> None:
        """Note a part's new state."""
        with self._lock:
            part = self._record.parts[event.part]
            part.state = event.state
            part.process = Identity.of(event.child.pid) if event.child else None
            part.since = event.child.started if event.child else time.time()
            if not self._closed:
                write_json(self._path, asdict(self._record))

    def close(self) -> None:
        """The run is over: forget it."""
        with self._lock:
            self._closed = True
            self._path.unlink(missing_ok=True)
