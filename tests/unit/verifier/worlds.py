"""Logs as a year of work makes them, in small: busy hours, empty hours, outages, late events, a writer that died."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from homeward.domain import audit_format as form
from tests.memory.sealing import World

BEGIN = datetime(2026, 2, 27, 5, tzinfo=UTC)
ACTIONS = ("search_faces", "publish_alert", "withdraw_case", "answer_review", "gesehen – 見た")


def sealed_world(seed: int, hours: int) -> World:
    """So many hours, sealed by runs of which some are missed; deterministic but for the key's signatures."""
    chance = random.Random(seed)
    world = World(now=BEGIN)
    world.write(BEGIN, **_facts(chance))
    for number in range(hours):
        begin = BEGIN + number * form.HOUR
        for _ in range(_busyness(chance, number)):
            world.write(begin + timedelta(seconds=chance.uniform(0, 3599)), **_facts(chance))
        if number and chance.random() < 0.3:
            world.write(begin - timedelta(seconds=chance.uniform(1, 3600 * min(number, 20))), **_facts(chance))
        if chance.random() < 0.8:
            world.seal(begin + timedelta(minutes=chance.uniform(80, 110)))
    world.seal(BEGIN + (hours + 1) * form.HOUR)
    return world


def _busyness(chance: random.Random, number: int) -> int:
    return 520 + chance.randrange(100) if number == 3 else chance.choice((0, 1, 2, 3, 5, 8, 13, 21, 34))


def _facts(chance: random.Random) -> dict[str, Any]:
    return {
        "actor": f"lambda:{chance.randrange(9)}",
        "action": chance.choice(ACTIONS),
        "subject": f"detection:{chance.getrandbits(64):016x}",
        "outcome": "DONE",
        "details": {"similarity": round(chance.uniform(80, 100), 3), "count": chance.randrange(10**6)},
    }
