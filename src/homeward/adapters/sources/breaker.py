"""A breaker that all processes of a machine share: after a refusal none of them asks again for a while."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from homeward.adapters.sources.pacing import open_sheet, sheet_path
from homeward.domain.errors import SourceBlockedError


@dataclass(frozen=True, slots=True)
class Breaker:
    """Kept for the site `name` as a file: it blocks until its last change is `minutes` old, or until it is deleted.

    With 0 minutes it never blocks.
    """

    name: str
    minutes: float

    def check(self) -> None:
        """Raise SourceBlockedError while the site is blocked."""
        try:
            until = self._file.stat().st_mtime + self.minutes * 60
        except FileNotFoundError:
            return
        if time.time() < until:
            raise SourceBlockedError(
                f"{self.name} refused us (403), so nothing on this machine asks it again before "
                f"{datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M:%S} UTC. Ask its operator what is wrong, and mend "
                f"that. To go on sooner, with the operator's consent, delete {self._file}"
            )

    def trip(self, what: str) -> None:
        """Block the site from now on. `what` was refused is kept for people to read."""
        if self.minutes > 0:
            with open_sheet(self._file) as sheet:
                sheet.truncate()
                sheet.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC: {self.name} refused {what} (403)\n".encode())

    @property
    def _file(self) -> Path:
        return sheet_path("blocked", self.name)
