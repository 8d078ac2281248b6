"""Mark Look-alike: a person says that two cases are easily taken for each other, which raises the bar for both."""

from __future__ import annotations

from dataclasses import dataclass

from homeward.domain.audit import audit_event
from homeward.domain.cases import CaseKey
from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.ports import CaseStore, Clock, LookAlike, LookAlikeStore

MAX_WHY = 1000  # characters


@dataclass(frozen=True, slots=True)
class MarkLookAlike:
    """The policy's `look_alike_margin` applies to the pair from now on."""

    look_alikes: LookAlikeStore
    cases: CaseStore
    clock: Clock

    def __call__(self, case: CaseKey, other: CaseKey, by: str, why: str) -> None:
        """Raise NotFoundError for a case that we don't hold, InputError for a pair that is none."""
        if case == other:
            raise InputError("two different cases make a pair of look-alikes")
        if not by.strip() or not why.strip() or len(why) > MAX_WHY:
            raise InputError(f"a mark needs your name and a reason of at most {MAX_WHY} characters")
        known = self.cases.get_cases([case, other])
        for key in (case, other):
            if key not in known:
                raise NotFoundError(f"no case {key}")
        now = self.clock()
        events = [
            audit_event(
                now,
                f"person:{by}",
                "mark_look_alike",
                f"case:{one}",
                "MARKED",
                case=str(one),
                details={"other": str(two), "why": why},
            )
            for one, two in ((case, other), (other, case))
        ]
        self.look_alikes.mark(LookAlike(case, other, by, why, now), events)
