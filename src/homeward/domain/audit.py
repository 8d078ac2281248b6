"""Audit events: who did what, on what, why, with which outcome. No names of people, no pictures."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from homeward import __version__
from homeward.domain.cases import CaseKey
from homeward.domain.detections import iso
from homeward.domain.errors import InputError

# What an event can be about. A person who asks may leave out the first two.
SUBJECTS = (
    "camera",
    "case",
    "detection",
    "collection",
    "frame",
    "letter",
    "list",
    "object",
    "photo",
    "picture",
    "policy",
    "run",
    "store",
)
MAX_SUBJECT = 1200  # characters: a bucket and the longest key


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One fact for the append-only log.

    `subject` is what it is about (`detection:<id>`, `case:<key>`, `run:<id>`), `case` the case key when there is one,
    `actor` who did it (`lambda:search_faces`, `dag:sync_namus_cases`, `person:<name>`). `event_id` sorts by time.
    """

    event_id: str
    at: str
    actor: str
    action: str
    subject: str
    outcome: str
    case: str | None = None
    reasons: tuple[str, ...] = ()
    policy_version: str | None = None
    software_version: str = __version__
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def hour(self) -> str:
        """The hour that the event belongs to, e.g. `2026-11-22T21`."""
        return self.at[:13]


def audit_event(now: datetime, actor: str, action: str, subject: str, outcome: str, **more: Any) -> AuditEvent:
    """Make an event with a new identifier; `more` are AuditEvent's optional fields."""
    event_id = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}-{uuid.uuid4().hex[:12]}"
    return AuditEvent(event_id, iso(now), actor, action, subject, outcome, **more)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants the story of: a case with everything that names it, or one subject."""

    subject: str
    case: str | None = None

    @classmethod
    def parse(cls, text: str) -> Asked:
        """`namus:MP:51557`, a detection's id, or `KIND:ID` with a kind of SUBJECTS. InputError."""
        kind, _, rest = text.partition(":")
        if not text or len(text) > MAX_SUBJECT:
            raise InputError(f"the audit trail has no subject of {len(text)} characters")
        if kind in SUBJECTS and kind != "case":
            return cls(text)
        if not rest:
            return cls(f"detection:{text}")
        case = str(CaseKey.parse(rest if kind == "case" else text))
        return cls(f"case:{case}", case)
