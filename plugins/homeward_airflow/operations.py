"""The task of watch_operations."""

from __future__ import annotations

from homeward import bootstrap


def watch_operations() -> dict[str, float]:
    """Put how it goes into CloudWatch, where alarms look."""
    return bootstrap.watch_operations()()
