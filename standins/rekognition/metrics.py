"""What the service did since it began: calls by operation and answer, and how long they took."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter, deque
from statistics import quantiles

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram, seconds."""
OK = "OK"
"""The code of an answer that is no error."""
_RECENT = 1000


class Measured:
    """One operation: calls by code, seconds in total and by histogram bucket (the last one for all above)."""

    def __init__(self) -> None:
        self.codes: Counter[str] = Counter()
        self.seconds = 0.0
        self.buckets = [0] * (len(BUCKETS) + 1)
        self._recent: deque[float] = deque(maxlen=_RECENT)

    @property
    def calls(self) -> int:
        """Answered calls, errors included."""
        return self.codes.total()

    def record(self, code: str, seconds: float) -> None:
        """One answered call."""
        self.codes[code] += 1
        self.seconds += seconds
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
        if code == OK:
            self._recent.append(seconds)

    def recent(self) -> tuple[float, float] | None:
        """Median and 95th percentile of the last 1,000 calls without error, seconds; None before the first one."""
        if len(self._recent) < 2:
            return (self._recent[0], self._recent[0]) if self._recent else None
        twentieths = quantiles(self._recent, n=20, method="inclusive")
        return twentieths[9], twentieths[18]


class Metrics:
    """All operations. For one event loop, so nothing is locked."""

    def __init__(self) -> None:
        self.began = time.time()
        self.operations: dict[str, Measured] = {}

    def record(self, operation: str, code: str, seconds: float) -> None:
        """One answered call. The names of operations must be few: never what a caller made up."""
        self.operations.setdefault(operation, Measured()).record(code, seconds)
