"""Latest Runs: note and read the newest success of each job."""

from __future__ import annotations

from dataclasses import dataclass

from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.latest import Latest, latest_key
from homeward.domain.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class LatestRuns:
    """Objects `latest/<job>.json`."""

    objects: ObjectStore
    bucket: str

    def read(self, job: str) -> Latest | None:
        """None when there is none; InputError when it can't be read."""
        try:
            return Latest.from_json(self.objects.get(self.bucket, latest_key(job)))
        except NotFoundError:
            return None

    def note(self, job: str, latest: Latest) -> None:
        """Keep it, unless a newer one is there. What can't be read is replaced."""
        try:
            before = self.read(job)
        except InputError:
            before = None
        if latest.replaces(before):
            self.objects.put(self.bucket, latest_key(job), latest.to_json().encode(), "application/json")
