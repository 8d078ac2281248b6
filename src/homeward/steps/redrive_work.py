"""Redrive Work: one row whose execution may be dead. Starts it, starts it again, gives it up, or leaves it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.errors import ConflictError, InputError
from homeward.domain.ports import Clock, Executions, Machines, Operators, WorkStore
from homeward.domain.redrive import MAX_REDRIVES, Redrive, Standing, Work, execution_name, next_redrive
from homeward.domain.runbooks import Runbook


@dataclass(frozen=True, slots=True)
class RedriveWork:
    """`kind` (detection, frame) names what the rows are. The rules are in `domain/redrive.py`.

    `settle` deletes the picture of work that has ended, where an execution failed to.
    """

    kind: str
    rows: WorkStore
    settle: Callable[[str], None]
    machines: Machines
    executions: Executions
    machine_arn: str
    operators: Operators
    clock: Clock
    actor: str

    def __call__(self, work_id: str) -> Redrive:
        """Return what was done about it, or why nothing was; NotFoundError when there is no such row."""
        work = self.rows.get(work_id)
        if work.moved_at is None:
            if work.outcome != Standing.ERASED:
                self.settle(work_id)
            return Redrive.ENDED
        status = self.executions.status(self.machine_arn, work.execution)
        todo = next_redrive(work, status, self.clock())
        try:
            if todo is Redrive.START:
                self._start(work, work.redrives)
            elif todo is Redrive.RESTART:
                self._restart(work, work.allowed, (work.problem or status or "",))
            elif todo is Redrive.GIVE_UP:
                self._give_up(work, status or "")
        except ConflictError:  # it moved while we looked
            return Redrive.EARLY
        return todo

    def again(self, work_id: str, person: str) -> None:
        """Start work again that was given up, because a person says so. InputError when it wasn't."""
        work = self.rows.get(work_id)
        if not work.given_up:
            raise InputError(f"{self.kind} {work_id} was not given up; it is {work.outcome or work.state}")
        self._restart(work, work.redrives + MAX_REDRIVES, (f"asked for by {person}",))

    def _restart(self, work: Work, allowed: int, reasons: tuple[str, ...]) -> None:
        # The row comes first: if we die between the two, the next look finds an execution that was never started.
        self.rows.begin_again(work, allowed, self._event(work, "RECEIVED", reasons, work.redrives + 1))
        self._start(work, work.redrives + 1)

    def _start(self, work: Work, redrives: int) -> None:
        self.machines.start(self.machine_arn, execution_name(work.work_id, redrives), work.payload)

    def _give_up(self, work: Work, status: str) -> None:
        """Told before it is written: a crash in between tells the operators twice, and never not at all."""
        problem = work.problem or f"its execution is {status}"
        text = (
            f"{self.kind.capitalize()} {work.work_id} failed {work.redrives + 1} times, at last with {problem}, and is "
            f"given up. Mend the cause, then trigger redrive_stuck with {self.kind}:{work.work_id} in 'Again'."
        )
        self.operators.tell(f"gave up a {self.kind}", text, Runbook.FAILED_DETECTIONS)
        letter = {"error": problem, "execution": work.execution}
        self.rows.give_up(work, letter, self._event(work, "GIVEN_UP", (problem,), work.redrives))

    def _event(self, work: Work, outcome: str, reasons: tuple[str, ...], redrives: int) -> AuditEvent:
        about = (self.actor, f"redrive_{self.kind}", f"{self.kind}:{work.work_id}", outcome)
        return audit_event(self.clock(), *about, reasons=reasons, details={"redrives": redrives})
