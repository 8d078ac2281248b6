"""The newest success of each job, as a small object that is read without looking for it: `latest/<job>.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from homeward.domain.detections import iso
from homeward.domain.errors import InputError


class Job(StrEnum):
    """What must succeed again and again; a sync is one for each source, see `sync_job`."""

    RECONCILE = "reconcile"
    EXPIRY = "expire"
    SEAL = "seal"  # read from the sealed log itself


def sync_job(source: str) -> str:
    """The name of the sync of a source."""
    return f"sync-{source}"


def latest_key(job: str) -> str:
    """Where it is, in the cases bucket."""
    return f"latest/{job}.json"


@dataclass(frozen=True, slots=True)
class Latest:
    """`at` is the time for which `run` vouches: what came before is dealt with. `left` counts what it couldn't mend."""

    run: str
    at: datetime
    left: int = 0

    def to_json(self) -> str:
        """As it is stored."""
        return json.dumps({"run": self.run, "at": iso(self.at), "left": self.left})

    @classmethod
    def from_json(cls, text: str | bytes) -> Latest:
        """Read it; InputError when it isn't one."""
        try:
            found = json.loads(text)
            at = datetime.fromisoformat(found["at"])
            latest = cls(str(found["run"]), at, int(found["left"]))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"not what the latest success of a job looks like: {text!r:.200}") from error
        if at.tzinfo is None:
            raise InputError(f"the latest success of a job has no time zone: {found['at']}")
        return latest

    def replaces(self, before: Latest | None) -> bool:
        """A backfill of long ago says nothing about now."""
        return before is None or self.at >= before.at
