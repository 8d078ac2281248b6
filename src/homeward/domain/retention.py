"""The retention policy: versioned data that says how many days each kind of record is kept after its end, and why.

The file's form is `policy/retention.schema.json`. It is deployed as one SSM parameter, which holds 4,096 bytes at most.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from homeward.domain.errors import PolicyError

LARGEST = 4096  # bytes of an SSM parameter
MOST_DAYS = 3650
# An alert can be taken back for so long, so its rows must still be there. Whoever acts on a lead does so within days: a
# month after it, taking it back would only remind people of it.
RETRACTABLE = timedelta(days=30)
_LEAST_WHY = 20  # letters; a reason says more than "because"
_VERSION = re.compile(r"[a-z0-9][a-z0-9.\-]{0,39}")
_SEE = "see policy/retention.schema.json"


class Kept(StrEnum):
    """The kinds of records with a limit. CROPS is the most that any may have: each row names its own date."""

    DETECTIONS = "detections"
    CROPS = "crops"
    REVIEWS = "reviews"
    ALERTS = "alerts"
    FRAMES = "frames"
    RAW_RECORDS = "raw_records"
    RUN_FILES = "run_files"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind is kept, counted from its end; `why` holds the reasons."""

    version: str
    keep: Mapping[Kept, timedelta]
    why: Mapping[Kept, str]

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.version):
            raise PolicyError(f"{self.version!r} can't be a retention policy's version, e.g. retention-1; {_SEE}")
        for kind in (Kept.DETECTIONS, Kept.ALERTS):
            if self.keep[kind] < RETRACTABLE:
                raise PolicyError(
                    f"{kind} are kept for {self.keep[kind].days} days, but an alert can be taken back for "
                    f"{RETRACTABLE.days}: keep them for as long at least"
                )
        if self.keep[Kept.DETECTIONS] < self.keep[Kept.CROPS]:
            raise PolicyError("detections go before their crops; keep them for as many days as crops at least")


def parse_retention(text: str) -> Retention:
    """Read a retention policy; PolicyError says what is wrong with it."""
    if len(text.encode()) > LARGEST:
        raise PolicyError(f"the retention policy has more than {LARGEST} bytes; shorten its reasons")
    try:
        data = json.loads(text)
        keep = {kind: _days(kind, data["keep"][kind.value]["days"]) for kind in Kept}
        why = {kind: _reason(kind, data["keep"][kind.value]["why"]) for kind in Kept}
        if unknown := set(data["keep"]) - {kind.value for kind in Kept}:
            raise PolicyError(f"the retention policy keeps {', '.join(sorted(unknown))}, which nothing expires; {_SEE}")
        return Retention(str(data["version"]), keep, why)
    except KeyError as missing:
        raise PolicyError(f"the retention policy has no {missing}; {_SEE}") from missing
    except (TypeError, ValueError) as problem:
        raise PolicyError(f"the retention policy isn't usable: {problem}; {_SEE}") from problem


def compact(text: str) -> str:
    """The same policy as its parameter holds it."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)


def _days(kind: Kept, days: Any) -> timedelta:
    if type(days) is not int or not 1 <= days <= MOST_DAYS:
        raise PolicyError(f"{kind}: days must be a whole number from 1 to {MOST_DAYS}, not {days!r}")
    return timedelta(days=days)


def _reason(kind: Kept, why: Any) -> str:
    if not isinstance(why, str) or len(why) < _LEAST_WHY:
        raise PolicyError(f"{kind}: say why in {_LEAST_WHY} letters or more; the person who approves it reads that")
    return why
