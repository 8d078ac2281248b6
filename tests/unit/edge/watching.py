"""A camera whose frames and shots are made up, to see what becomes of them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from homeward_camera.health import Health
from homeward_camera.log import Log
from homeward_camera.spool import Spool


class Post:
    """Spool and health of a camera called lobby, and what its log says."""

    def __init__(self, folder: Path, most: int = 1_000_000) -> None:
        self.stream = io.StringIO()
        self.spool = Spool(folder / "spool", most)
        self.health = Health("lobby", "main", Log(self.stream), self.spool)

    def told(self, event: str) -> list[dict[str, Any]]:
        """The log's lines of that event."""
        lines = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]
