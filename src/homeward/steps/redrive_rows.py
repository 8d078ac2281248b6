"""Redrive Rows: look at everything that has been in certain states for a while, and redrive what is dead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from homeward.domain.ports import Clock, WorkStore
from homeward.domain.redrive import SETTLED
from homeward.steps.redrive_round import go_round
from homeward.steps.redrive_work import RedriveWork


@dataclass(frozen=True, slots=True)
class RedriveRows:
    """Tasks redrive_frames, redrive_detections, redrive_alerts: the same rule for rows in different `states`."""

    rows: WorkStore
    redrive: RedriveWork
    states: Sequence[str]
    clock: Clock

    def __call__(self, limit: int, again: Sequence[str] = (), person: str = "") -> dict[str, Any]:
        """Look at `limit` rows at most; see `go_round` for the answer.

        Before that, begin those `again` that were given up and that this person asks for; InputError.
        """
        for work_id in again:
            self.redrive.again(work_id, person)
        stuck = self.rows.unfinished(self.states, self.clock() - SETTLED, limit)
        return go_round(stuck, self.redrive)
