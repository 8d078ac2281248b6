"""Shots for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from homeward_camera.shots import Shot, digest_of

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def shot(number: int = 0, quality: float = 0.5, size: int = 100) -> Shot:
    """The shot of second `number`."""
    data = f"{number:08}".encode().ljust(size, b".")
    at = START + timedelta(seconds=number)
    return Shot(
        "crops", "lobby", "main", at, digest_of(data), data, f"{number:03}", quality, "walk-1", (1, 2, 3, 4), 0.9
    )
