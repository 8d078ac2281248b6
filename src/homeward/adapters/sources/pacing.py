"""A pace that all processes of a machine keep together: parallel tasks must not multiply the requests."""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from homeward.domain.errors import SettingsError

_FORGET_SECONDS = 600.0  # a booking further ahead than this comes from a clock that was changed
_FORM = struct.Struct("<d")
_SIZE = _FORM.size


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `per_second` turns a second for `name`; 0 means no limit."""

    name: str
    per_second: float

    def wait(self) -> None:
        """Return when it is our turn."""
        if self.per_second > 0:
            time.sleep(max(0.0, self._book() - time.time()))

    def _book(self) -> float:
        """Reserve the next free moment (seconds since 1970). The file is a booking sheet, not data."""
        with open_sheet(sheet_path("pace", self.name)) as sheet:
            fcntl.flock(sheet, fcntl.LOCK_EX)
            booked, now = _moment(sheet.read(_SIZE)), time.time()
            mine = booked if now < booked < now + _FORGET_SECONDS else now
            sheet.seek(0)
            sheet.write(_FORM.pack(mine + 1 / self.per_second))
        return mine


def sheet_path(kind: str, name: str) -> Path:
    """Where this user's processes keep what they share about the site `name`."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"homeward-{kind}-{os.getuid()}-{digest}")


def open_sheet(path: Path) -> BinaryIO:
    """Open it for reading and writing, made if need be: for this user only, and never through somebody's link."""
    try:
        return open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b")
    except OSError as problem:
        raise SettingsError(f"{path} can't be used ({problem}); remove it, or set another TMPDIR") from problem


def _moment(written: bytes) -> float:
    return float(_FORM.unpack(written)[0]) if len(written) == _SIZE else 0.0
