"""Everything that can go wrong at a call, and the order to let it go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

STALL = 15.0  # seconds; a function's limit is longer


class How(StrEnum):
    """What goes wrong. `LOST`: it was done, but nobody is told."""

    THROTTLED = "THROTTLED"
    AWAY = "AWAY"
    LOST = "LOST"
    REFUSED = "REFUSED"
    SLOW_BEFORE = "SLOW_BEFORE"
    SLOW_AFTER = "SLOW_AFTER"
    TIMED_OUT_BEFORE = "TIMED_OUT_BEFORE"
    TIMED_OUT_AFTER = "TIMED_OUT_AFTER"
    CRASHED_BEFORE = "CRASHED_BEFORE"
    CRASHED_AFTER = "CRASHED_AFTER"
    ORPHANED = "ORPHANED"  # who called has given up waiting, but the function goes on, slowly
    ABORTED = "ABORTED"  # the whole execution ends here


class StoppedError(BaseException):
    """The process that ran this code is gone."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A call (`alerts.write`) of a function, its invocation (`invoke`), or the end of a state (`after`)."""

    function: str
    call: str


class Faults:
    """Faults that wait for their call; the oldest that fits is taken first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Point, How, int]] = []
        self.taken = 0

    def add(self, point: Point, how: How, times: int = 1) -> None:
        self._waiting.append((point, how, times))

    def take(self, point: Point) -> How | None:
        for number, (where, how, times) in enumerate(self._waiting):
            if where == point:
                self._waiting[number : number + 1] = [(where, how, times - 1)] if times > 1 else []
                self.taken += 1
                return how
        return None

    def clear(self) -> None:
        self._waiting.clear()
