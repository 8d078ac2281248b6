"""Which process is it? A pid alone says little: it is given again after its owner has gone."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import psutil


def born(pid: int) -> float | None:
    """When a process started, on a clock that never jumps (Linux: ticks since boot); None when there is no such pid."""
    try:
        if sys.platform == "linux":
            # Field 22 of proc(5) stat; the name in parentheses (field 2) may hold spaces and parentheses.
            return float(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
        return psutil.Process(pid).create_time()
    except (OSError, psutil.NoSuchProcess):
        return None


@dataclass(frozen=True)
class Identity:
    """One process, for good: pid and birth together never repeat while the machine is up."""

    pid: int
    born: float

    @classmethod
    def of(cls, pid: int) -> Identity:
        """The identity of a process; of one that has gone already, an identity that matches nothing."""
        birth = born(pid)
        return cls(pid, -1.0 if birth is None else birth)

    def exists(self) -> bool:
        """Tell whether it is there, alive or not yet buried (zombie)."""
        return born(self.pid) == self.born

    def alive(self) -> bool:
        """Tell whether it still runs."""
        try:
            return self.exists() and psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False
