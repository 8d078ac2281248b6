"""Control Execution: a person stops one, or lets its work begin again. Both are written down, with who it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from homeward.domain.audit import audit_event
from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.executions import Machine, work_of
from homeward.domain.ports import AuditLog, Clock, Executions
from homeward.domain.redrive import Redrive
from homeward.steps.redrive_work import RedriveWork


@dataclass(frozen=True, slots=True)
class ControlExecution:
    """`redrivers` do the work of a machine's rows again; a machine without one belongs to a DAG, which does it."""

    executions: Executions
    machines: Mapping[Machine, str]
    redrivers: Mapping[Machine, Callable[[], RedriveWork]]
    audit: AuditLog
    clock: Clock

    def stop(self, machine: Machine, name: str, by: str) -> None:
        """End an execution. What it was about is not lost: redrive_stuck finds it unfinished, and begins again.

        NotFoundError for an unknown one, InputError for one that has ended.
        """
        status = self.executions.status(self.machines[machine], name)
        if status is None:
            raise NotFoundError(f"there is no execution {name} of {machine}")
        if status != "RUNNING":
            raise InputError(f"{name} has ended already: {status}")
        about = (f"person:{by}", "stop_execution", f"{_kind(machine)}:{work_of(name)}", "STOPPED")
        self.audit.append(audit_event(self.clock(), *about, details={"execution": name}))
        self.executions.stop(self.machines[machine], name, f"stopped by person:{by}")

    def begin_again(self, machine: Machine, name: str, by: str) -> Redrive:
        """Do the work again whose execution is dead, also one that was given up. Returns what was done, or why not."""
        if machine not in self.redrivers:
            raise InputError(f"{machine} is run by a DAG: clear the task of the DAG run to run it again")
        redriver, work_id = replace(self.redrivers[machine](), actor=f"person:{by}"), work_of(name)
        if redriver.rows.get(work_id).given_up:
            redriver.again(work_id, f"person:{by}")
            return Redrive.RESTART
        return redriver(work_id)


def _kind(machine: Machine) -> str:
    return "run" if machine is Machine.INDEX_PHOTOS else machine.value
