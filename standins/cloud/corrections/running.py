"""Which execution the current thread works for, and whether it still runs."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ministack.services import stepfunctions

# MiniStack copies the context into the threads of branches and items.
current: ContextVar[dict[str, Any] | None] = ContextVar("execution", default=None)


def is_over(execution: dict[str, Any] | None) -> bool:
    """Whether the execution has been stopped or has timed out (it is never over when there is none)."""
    return execution is not None and execution["status"] in ("ABORTED", "TIMED_OUT")


def stop_if_over() -> None:
    """Leave the work of an execution that has been stopped or has timed out; no Catch catches this."""
    if is_over(current.get()):
        raise stepfunctions._ExecutionError("States.Runtime", "The execution is over")
