"""Erase Record: take everything about a case or a detection out of every store, and look again in each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.detections import iso
from homeward.domain.erasures import Confirmation, Erasure, ErasureState, Target, TargetKind
from homeward.domain.errors import ErasureError, HomewardError, NotFoundError
from homeward.domain.ports import Clock, ErasureStore


class Part(Protocol):
    """One store, and how a target leaves it. Both methods may be called at any time, any number of times."""

    @property
    def name(self) -> str:
        """Its name in the erasure's row."""

    @property
    def after(self) -> Sequence[str]:
        """The parts that must be confirmed before: they need what is erased here."""

    def erase(self, erasure: Erasure, actor: str) -> int:
        """Erase what is there, and return how much that was. ErasureError when it must wait."""

    def left(self, target: Target) -> int:
        """How much is there; read anew."""


@dataclass(frozen=True, slots=True)
class EraseRecord:
    """A store that fails delays itself and those that come after it, and no other; nothing is ever given up."""

    erasures: ErasureStore
    parts: Mapping[TargetKind, Sequence[Part]]
    clock: Clock
    actor: str

    def __call__(self, target: Target) -> Erasure:
        """Try every store once; return how far it is. NotFoundError when nobody asked for it."""
        erasure = self.erasures.get(target)
        if erasure is None:
            raise NotFoundError(f"nobody asked for the erasure of {target}")
        problems: dict[str, str] = {}
        for part in self.parts[target.kind]:
            if waits := [name for name in part.after if name not in erasure.confirmed or name in problems]:
                problems[part.name] = f"waits for {', '.join(waits)}"
                continue
            try:
                erased = part.erase(erasure, self.actor)
                if left := part.left(target):
                    raise ErasureError(f"{left} things are still there")
            except HomewardError as problem:
                problems[part.name] = f"{type(problem).__name__}: {problem}"[:300]
            else:
                erasure = self._confirmed(erasure, part.name, erased)
        return self._ended(erasure, problems)

    def preview(self, target: Target) -> dict[str, int]:
        """How much each store holds; changes nothing."""
        return {part.name: part.left(target) for part in self.parts[target.kind]}

    def _confirmed(self, erasure: Erasure, name: str, erased: int) -> Erasure:
        known = erasure.confirmed.get(name)
        if known and not erased:
            return erasure
        now, total = self.clock(), erased + (known.erased if known else 0)
        confirmed = {**erasure.confirmed, name: Confirmation(iso(now), total)}
        event = self._event(erasure, "CONFIRMED", {"store": name, "erased": erased})
        return self.erasures.save(replace(erasure, confirmed=confirmed), event)

    def _ended(self, erasure: Erasure, problems: Mapping[str, str]) -> Erasure:
        """An erasure that was DONE is left as it is when nothing came back; else it is PENDING again."""
        was = erasure.state
        if problems:
            pending = replace(erasure, state=ErasureState.PENDING, problems=problems, attempts=erasure.attempts + 1)
            kept = {name: one for name, one in erasure.confirmed.items() if name not in problems}
            pending = replace(pending, confirmed=kept, done_at=None)
            return self.erasures.save(pending, self._event(erasure, "PENDING", {"problems": dict(problems)}))
        if was is ErasureState.DONE:
            return erasure
        state, now = ErasureState.DONE, self.clock()
        done = replace(erasure, state=state, problems={}, attempts=erasure.attempts + 1, done_at=now)
        return self.erasures.save(done, self._event(erasure, "ERASED", {"erased": erasure.counts}))

    def _event(self, erasure: Erasure, outcome: str, details: Mapping[str, Any]) -> AuditEvent:
        about = (self.actor, "erase_record", str(erasure.target), outcome)
        case = erasure.target.id if erasure.target.case else None
        return audit_event(self.clock(), *about, case=case, details={**details, "asked_by": erasure.by})
