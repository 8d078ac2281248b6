"""Retry Erasures: carry on with every erasure that isn't done, and look again at those that just were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeward.domain.erasures import Erasure, Target
from homeward.domain.ports import Clock, ErasureStore, Operators
from homeward.domain.runbooks import Runbook


@dataclass(frozen=True, slots=True)
class RetryErasures:
    """What was under way while something was erased (a sync that fetched the case) may bring some of it back."""

    erasures: ErasureStore
    erase: Callable[[Target], Erasure]
    operators: Operators
    clock: Clock

    def __call__(self, dry_run: bool, look_again: bool = False) -> dict[str, Any]:
        """Return `{"erasures": [Erasure.to_json], "late": how many}`, those that were due; alarms about late ones.

        `look_again` at every erasure there ever was: after a table was restored from a backup.
        """
        due = [one for one in self.erasures.all() if look_again or one.is_due(self.clock())]
        if not dry_run:
            due = [self.erase(one.target) for one in due]
        late = [one for one in due if one.is_late(self.clock())]
        if late and not dry_run:
            self._tell(late)
        return {"erasures": [one.to_json() for one in due], "late": len(late)}

    def _tell(self, late: list[Erasure]) -> None:
        which = "; ".join(f"{one.target} ({', '.join(one.problems)})" for one in late[:10])
        text = f"{len(late)} erasures are pending for three days or more. {which}."
        self.operators.tell("an erasure is late", text, Runbook.EXPIRE_RECORDS)
