"""Events that were written to an hour after it was sealed: slow transactions, clocks that differ, backfills."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from homeward.domain import audit_format as form
from homeward.domain.sealing import Stored
from homeward.domain.sealing_ports import AuditHours, SealedLog


@dataclass(frozen=True, slots=True)
class LateEvents:
    """What the table has of sealed hours and no sealed file has; ordered as lines are. One hour at a time is open."""

    hours: AuditHours
    log: SealedLog
    window: list[str]

    def __call__(self) -> Iterator[Stored]:
        """The late events of the window, by hour and event_id."""
        carriers = self._carriers()
        for hour in self.window:
            files = [hour, *(later for later in carriers.get(hour, []) if later != hour)]
            sealed = heapq.merge(*(self._identifiers(name, hour) for name in files))
            yield from _absent_from(sealed, self.hours.events(hour))

    def _carriers(self) -> dict[str, list[str]]:
        """For each hour: the later ones whose files hold late events of it."""
        found: dict[str, list[str]] = {}
        for carrier in self.window:
            with closing(self.log.read(form.digest_name(carrier))) as file:
                digest = json.loads(file.read())
            for entry in digest["late"]:
                found.setdefault(entry["hour"], []).append(carrier)
        return found

    def _identifiers(self, carrier: str, hour: str) -> Iterator[str]:
        with closing(self.log.read(form.events_name(carrier))) as file:
            for line in file:
                event = json.loads(line)
                if event["hour"] == hour:
                    yield event["event_id"]


def _absent_from(sealed: Iterator[str], stored: Iterator[Stored]) -> Iterator[Stored]:
    """What is stored and not sealed; both are ordered by event_id. What is sealed and not stored doesn't matter."""
    known = next(sealed, None)
    for event in stored:
        while known is not None and known < event["event_id"]:
            known = next(sealed, None)
        if known != event["event_id"]:
            yield event
