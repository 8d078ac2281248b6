"""The task of watch_operations."""

from __future__ import annotations

from typing import Any

from homeward import bootstrap


def watch_operations() -> dict[str, Any]:
    """Measure how the whole of it is doing."""
    return bootstrap.watch_operations()()
