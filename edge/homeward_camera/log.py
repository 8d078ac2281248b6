"""Structured logs: one JSON object a line on stdout; a trouble is told when it begins and when it ends."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from threading import Lock
from typing import Any, TextIO

REPEATED_SECONDS = 3600.0  # a trouble that lasts is told again, once an hour


class Log:
    """Writes lines; may be shared between threads."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream, self._lock = stream or sys.stdout, Lock()

    def tell(self, event: str, *, level: str = "info", **fields: Any) -> None:
        """One line: {"at", "level", "event", ...}."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "level": level, "event": event, **fields})
        with self._lock:
            print(line, file=self._stream, flush=True)


class Trouble:
    """One kind of trouble of one camera: however often it happens in a row, it is told once, and its end."""

    def __init__(self, log: Log, event: str, camera: str) -> None:
        self._log, self._event, self._camera = log, event, camera
        self._since: datetime | None = None
        self._told: tuple[type[BaseException], datetime] | None = None
        self.times = 0  # in a row
        self.text: str | None = None  # what is wrong now

    def happened(self, error: BaseException, **fields: Any) -> None:
        """Note it; told when it is new, of another kind, or an hour old."""
        now = datetime.now(UTC)
        self._since, self.times, self.text = self._since or now, self.times + 1, str(error)
        if self._told and self._told[0] is type(error) and (now - self._told[1]).total_seconds() < REPEATED_SECONDS:
            return
        self._told = (type(error), now)
        self._log.tell(self._event, level="error", camera=self._camera, reason=str(error), times=self.times, **fields)

    def over(self, **fields: Any) -> None:
        """It works again."""
        if self._since is None:
            return
        lasted = round((datetime.now(UTC) - self._since).total_seconds(), 1)
        times, self._since, self._told, self.times, self.text = self.times, None, None, 0, None
        self._log.tell(f"{self._event}_over", camera=self._camera, times=times, seconds=lasted, **fields)
