"""Seal every hour of the audit log that is due and isn't sealed, in order, so that the chain stays one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from homeward.domain import audit_format as form
from homeward.domain import sealing
from homeward.domain.errors import SealError
from homeward.domain.ports import Clock
from homeward.domain.runbooks import Runbook
from homeward.domain.sealing import Link, SigningKey, Stored
from homeward.domain.sealing_ports import AuditHours, SealedLog, Signer
from homeward.steps.late_events import LateEvents
from homeward.steps.sealed_file import adopt_events, write_events


@dataclass(slots=True)
class Sealed:
    """What one call sealed; `late` counts late events by their own hour."""

    hours: int = 0
    first: str | None = None
    last: str | None = None
    events: int = 0
    late: dict[str, int] = field(default_factory=dict)

    def add(self, digest: Mapping[str, Any]) -> None:
        """Count one more hour."""
        self.hours += 1
        self.first, self.last = self.first or digest["hour"], digest["hour"]
        self.events += digest["events"]["count"]
        for entry in digest["late"]:
            self.late[entry["hour"]] = self.late.get(entry["hour"], 0) + entry["count"]


@dataclass(frozen=True, slots=True)
class SealHours:
    """Two files an hour: first its events, then the signed digest that makes them count."""

    hours: AuditHours
    log: SealedLog
    signer: Signer
    clock: Clock

    def __call__(self, until: datetime) -> dict[str, Any]:
        """Seal what is due until then; what this call sealed, as a dict of `Sealed`."""
        done = Sealed()
        for digest in self._sealed(until):
            done.add(digest)
        return asdict(done)

    def _sealed(self, until: datetime) -> Iterator[dict[str, Any]]:
        last = self.log.last()
        key, now = self.signer.key(), self.clock()
        link = self._digest(last, key)[0] if last else None
        first = None if link else self.hours.first()
        late = self._look_back(link)
        for hour in sealing.hours_due(last, first, now, until):
            link, digest = self._seal(hour, link, late, key)
            late = LateEvents(self.hours, self.log, [])  # a run looks back once; the next one looks at its hours
            yield digest

    def _seal(self, hour: str, link: Link | None, late: LateEvents, key: SigningKey) -> tuple[Link, dict[str, Any]]:
        contents = write_events(hour, self._wanted(hour, late), self.log)
        # Whoever wrote the file that is there may have looked back from this hour, and later than we did.
        contents = contents or adopt_events(hour, self._wanted(hour, self._look_back(link)), self.log)
        digest = sealing.unsigned(contents, link, self.clock(), key)
        body = sealing.signed(digest, self.signer.sign(sealing.canonical(digest)))
        if not self.log.write(form.digest_name(hour), BytesIO(body)):
            return self._digest(hour, key)  # another run was faster: the chain goes on from its digest
        return sealing.link_to(digest, body), digest

    def _look_back(self, link: Link | None) -> LateEvents:
        return LateEvents(self.hours, self.log, sealing.window(link, self.log.begun()))

    def _wanted(self, hour: str, late: LateEvents) -> Iterator[Stored]:
        yield from late()
        yield from self.hours.events(hour)

    def _digest(self, hour: str, key: SigningKey) -> tuple[Link, dict[str, Any]]:
        """A digest that is there; SealError when we didn't sign it (one of an earlier key is left to the verifier)."""
        with closing(self.log.read(form.digest_name(hour))) as file:
            body = file.read()
        link, digest, message, signature = sealing.opened(hour, body)
        if digest["key"]["id"] == key.key_id and not self.signer.signed(message, signature):
            raise SealError(f"{form.digest_name(hour)} isn't signed by us: look at {Runbook.AUDIT_LOG.path}")
        return link, digest
