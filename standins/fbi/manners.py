"""Locking out who asks too fast: nobody has published how fast that is, so it is off unless asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

WINDOW = 1.0  # second


@dataclass
class Manners:
    """At most `rate` requests in any second to one host (None: as many as you like); then no answer for a while."""

    rate: int | None = None
    lockout: float = 5.0  # seconds
    clock: Callable[[], float] = monotonic
    _recent: dict[str, deque[float]] = field(default_factory=dict, init=False)
    _until: dict[str, float] = field(default_factory=dict, init=False)

    def locked_out(self, host: str) -> float:
        """Seconds that this request's sender should wait; 0 when it may pass."""
        if self.rate is None:
            return 0
        now = self.clock()
        if now < self._until.get(host, 0):
            return self._until[host] - now
        recent = self._recent.setdefault(host, deque())
        while recent and recent[0] <= now - WINDOW:
            recent.popleft()
        recent.append(now)
        if len(recent) <= self.rate:
            return 0
        self._until[host] = now + self.lockout
        recent.clear()
        return self.lockout

    def set(self, rate: int | None, lockout: float) -> None:
        """Other limits from now on; whoever is locked out may come again."""
        self.rate, self.lockout = rate, lockout
        self._recent.clear()
        self._until.clear()
