"""Request Erasure: note who asks for what to go, and why, before anything goes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from homeward.domain.audit import audit_event
from homeward.domain.erasures import Erasure, ErasureState, Target
from homeward.domain.errors import InputError
from homeward.domain.ports import Clock, ErasureStore

LONGEST = 500  # letters of a reason


@dataclass(frozen=True, slots=True)
class RequestErasure:
    """From then on every run of expire_records carries on with it, whatever becomes of whoever asked."""

    erasures: ErasureStore
    clock: Clock

    def __call__(self, target: Target, person: str, reason: str) -> Erasure:
        """Return the erasure. One that is PENDING stays as it is; one that was DONE begins again. InputError."""
        reason = reason.strip()
        if not reason or len(reason) > LONGEST:
            raise InputError(f"say why, in {LONGEST} letters at most and without names of people")
        known = self.erasures.get(target)
        if known and known.state is ErasureState.PENDING:
            return known
        now, by = self.clock(), f"person:{person}"
        asked = replace(Erasure(target, now, by, reason), revision=known.revision if known else 0)
        about = (by, "request_erasure", str(target), asked.state)
        case = target.id if target.case else None
        return self.erasures.save(asked, audit_event(now, *about, case=case, details={"note": reason}))
