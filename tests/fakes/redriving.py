"""Ports of redrive_stuck in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from homeward.domain.audit import AuditEvent
from homeward.domain.errors import ConflictError, NotFoundError, ReviewClosedError
from homeward.domain.letters import Letter
from homeward.domain.redrive import Work


@dataclass
class FakeWork:
    """WorkStore."""

    rows: dict[str, Work] = field(default_factory=dict)
    events: list[AuditEvent] = field(default_factory=list)
    letters: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    moves_meanwhile: bool = False

    def add(self, *works: Work) -> FakeWork:
        self.rows |= {work.work_id: work for work in works}
        return self

    def unfinished(self, states: Sequence[str], before: datetime, limit: int) -> list[str]:
        found = [
            work
            for state in states
            for work in sorted(self.rows.values(), key=lambda work: str(work.moved_at))
            if work.moved_at and work.moved_at < before and state == ("FAILED" if work.failed else work.state)
        ]
        return [work.work_id for work in found[:limit]]

    def get(self, work_id: str) -> Work:
        if work_id not in self.rows:
            raise NotFoundError(work_id)
        return self.rows[work_id]

    def begin_again(self, work: Work, allowed: int, event: AuditEvent) -> None:
        at = datetime.fromisoformat(event.at)
        fresh = replace(work, state="RECEIVED", outcome=None, moved_at=at, problem="", given_up=False)
        self._write(work, replace(fresh, redrives=work.redrives + 1, allowed=allowed), event)

    def give_up(self, work: Work, letter: Mapping[str, Any], event: AuditEvent) -> None:
        self._write(work, replace(work, state="FINISHED", outcome="FAILED", moved_at=None, given_up=True), event)
        self.letters[work.work_id] = letter

    def _write(self, seen: Work, new: Work, event: AuditEvent) -> None:
        if self.moves_meanwhile or self.rows[seen.work_id] != seen:
            raise ConflictError(f"{seen.work_id} moved")
        self.rows[seen.work_id] = new
        self.events.append(event)


@dataclass
class FakeExecutions:
    """Machines and Executions. `waiting` maps the tokens that somebody waits with to what they were told."""

    statuses: dict[str, str] = field(default_factory=dict)
    payloads: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    waiting: dict[str, list[Any]] = field(default_factory=dict)
    broken: Exception | None = None

    def start(self, machine_arn: str, name: str, payload: Mapping[str, Any]) -> bool:
        if self.broken:
            raise self.broken
        if name in self.statuses:
            return False
        self.statuses[name], self.payloads[name] = "RUNNING", payload
        return True

    def status(self, machine_arn: str, name: str) -> str | None:
        return self.statuses.get(name)

    def stop(self, machine_arn: str, name: str, cause: str) -> None:
        self.statuses[name] = "ABORTED"

    def succeed(self, token: str, output: Mapping[str, Any]) -> None:
        self._told(token, dict(output))

    def heartbeat(self, token: str) -> None:
        self._told(token, "heartbeat")

    def fail(self, token: str, error: str, cause: str) -> None:
        self._told(token, error)

    def _told(self, token: str, what: Any) -> None:
        if token not in self.waiting:
            raise ReviewClosedError(token)
        self.waiting[token].append(what)


@dataclass
class FakeLetters:
    """LetterBox; `held` are those that somebody received and neither deleted nor gave back."""

    waiting: list[Letter] = field(default_factory=list)
    held: list[Letter] = field(default_factory=list)

    def put(self, *bodies: str) -> FakeLetters:
        self.waiting += [Letter(f"m-{n}", f"r-{n}", body) for n, body in enumerate(bodies)]
        return self

    def receive(self, limit: int) -> list[Letter]:
        self.held, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return list(self.held)

    def delete(self, letter: Letter) -> None:
        self.held.remove(letter)

    def give_back(self, letter: Letter) -> None:
        self.held.remove(letter)
        self.waiting.append(letter)
