"""Generations of the face collection: how they are named, and what is known of each beside its faces.

Which one is live is told by one SSM parameter and by nothing else; a record says what became of a generation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from homeward.domain.errors import RebuildError

RECORDS = "generations/"  # in the cases bucket
_NAME = re.compile(r"([a-zA-Z0-9_.\-]+)-([1-9][0-9]{0,8})")


class GenerationState(StrEnum):
    """What a generation is for."""

    BUILDING = "BUILDING"  # it gets its faces, or gets them anew before a switch back; a later run resumes it
    LIVE = "LIVE"
    RETIRED = "RETIRED"  # it was live; kept for a way back, then deleted
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Generation:
    """What is known of one; `since` is when it came into its state (ISO), `run` who brought it there."""

    collection: str
    state: GenerationState
    since: str
    run: str

    def to_json(self) -> dict[str, str]:
        """Form in its file."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Generation:
        """Read `to_json` back."""
        return cls(data["collection"], GenerationState(data["state"]), data["since"], data["run"])


def record_key(collection: str) -> str:
    """Where a generation's record is, in the cases bucket."""
    return f"{RECORDS}{collection}.json"


def split(collection: str) -> tuple[str, int]:
    """`missing-people-2` -> `("missing-people", 2)`; RebuildError when it carries no generation."""
    found = _NAME.fullmatch(collection)
    if not found:
        raise RebuildError(
            f"the live collection is named {collection!r}, without a generation; expected NAME-NUMBER: correct the "
            "SSM parameter that names it"
        )
    return found[1], int(found[2])


def of_family(live: str, collections: Iterable[str]) -> list[str]:
    """Those of an account's collections that are generations of the live one's family, oldest first."""
    prefix, _ = split(live)
    named = (_NAME.fullmatch(name) for name in collections)
    ours = [(int(found[2]), found[0]) for found in named if found and found[1] == prefix]
    return [name for _, name in sorted(ours)]


def next_name(live: str, known: Iterable[str]) -> str:
    """The first generation after all that we know of, also of those that are deleted."""
    prefix, number = split(live)
    return f"{prefix}-{max([number, *(split(name)[1] for name in known)]) + 1}"


def is_over(generation: Generation, live: str, now: datetime, kept: timedelta) -> bool:
    """Whether a generation's time is up: retired so long ago, and not the live one whatever its record says."""
    if generation.state is not GenerationState.RETIRED or generation.collection == live:
        return False
    return now - datetime.fromisoformat(generation.since) >= kept
