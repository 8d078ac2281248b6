"""Time that passes only when something happens: many activities, one at a time, in an order that is always the same.

An activity is a greenlet: plain code that sleeps in its middle while others go on.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from greenlet import getcurrent, greenlet


class Signal:
    """Something that one activity waits for."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._wake: Callable[[], None] | None = None
        self.given = False

    def give(self) -> None:
        """Wake who waits, or will wait."""
        self.given = True
        if self._wake:
            self._timeline.at(0, self._wake)

    def wait(self, until: datetime | None = None) -> bool:
        """Whether it was given by then."""
        if not self.given:
            me, woken = getcurrent(), False

            def wake() -> None:
                nonlocal woken
                if not woken:
                    woken = True
                    me.switch()

            self._wake = wake
            if until is not None:
                self._timeline.at((until - self._timeline.now).total_seconds(), wake)
            self._timeline.leave()
        return self.given


class Timeline:
    """The events to come, and the time now."""

    def __init__(self, start: datetime) -> None:
        self.now = self._end = start
        self._hub = getcurrent()
        self._order = itertools.count()
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        """Let something happen in so many seconds."""
        when = self.now + timedelta(seconds=max(seconds, 0))
        heapq.heappush(self._events, (when, next(self._order), act))

    def spawn(self, act: Callable[[], None], seconds: float = 0) -> None:
        """Begin an activity in so many seconds."""
        self.at(seconds, lambda: greenlet(act).switch())

    def sleep(self, seconds: float) -> None:
        """Let others go on meanwhile; inside an activity only."""
        then = self.now + timedelta(seconds=seconds)
        if then <= self._end and (not self._events or self._events[0][0] > then):
            self.now = then  # nothing happens meanwhile
            return
        self.at(seconds, getcurrent().switch)
        self.leave()

    def leave(self) -> None:
        """Give the word back until somebody wakes this activity."""
        self._hub.switch()

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self._end = self.now + timedelta(seconds=seconds)
        while self._events and self._events[0][0] <= self._end:
            self.now, _, act = heapq.heappop(self._events)
            act()
        self.now = self._end

    @property
    def next(self) -> datetime | None:
        """When the next thing happens."""
        return self._events[0][0] if self._events else None
