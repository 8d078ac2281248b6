"""Throttling as a switch: so many calls a second of each operation, and then the errors that AWS answers.

Each operation has a bucket that holds a second's calls (at least one), is full at the start and is filled evenly. AWS
documents the calls a second and both errors for every operation, but neither how large its buckets are nor which error
comes when: here operations on faces in pictures or collections' vectors exceed their provisioned rate, and those that
only manage are slowed down.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping

from standins.rekognition.errors import RekognitionError, StartError

_COMPARING = frozenset(
    {
        *("CompareFaces", "DetectFaces", "IndexFaces"),
        *("SearchFaces", "SearchFacesByImage", "SearchUsers", "SearchUsersByImage"),
    }
)


class ProvisionedThroughputExceededError(RekognitionError):
    """More calls of an operation on faces than are allowed; SDKs wait and try again."""

    code = "ProvisionedThroughputExceededException"


class ThrottlingError(RekognitionError):
    """More calls of a managing operation than are allowed; SDKs wait and try again."""

    code = "ThrottlingException"


class Bucket:
    """Holds `rate` calls (at least one), and gets `rate` new ones a second."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self.size = max(1.0, rate)
        self._clock = clock
        self._left, self._at = self.size, clock()

    def take(self) -> bool:
        """Whether there was a call left."""
        now = self._clock()
        self._left = min(self.size, self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Throttle:
    """Turns calls away. For one thread."""

    def __init__(self, rates: Mapping[str, float], clock: Callable[[], float] = time.monotonic) -> None:
        """`rates`: calls a second by operation; operations that aren't in it are never turned away."""
        self._buckets = {name: Bucket(rate, clock) for name, rate in rates.items()}

    @property
    def rates(self) -> dict[str, float]:
        """Calls a second by operation."""
        return {name: bucket.rate for name, bucket in self._buckets.items()}

    def take(self, operation: str) -> None:
        """Count a call. Raises ProvisionedThroughputExceededError or ThrottlingError when it is one too many."""
        bucket = self._buckets.get(operation)
        if bucket is None or bucket.take():
            return
        if operation in _COMPARING:
            raise ProvisionedThroughputExceededError("Provisioned rate exceeded")
        raise ThrottlingError("Rate exceeded")


def parse_rates(text: str, operations: Collection[str]) -> dict[str, float]:
    """Calls a second by operation from `5`, `IndexFaces=5,SearchFacesByImage=50` or `50,IndexFaces=5`: a bare number is
    for every operation that isn't named. Raises StartError.
    """
    everyone: float | None = None
    rates: dict[str, float] = {}
    for part in text.split(","):
        name, equals, number = (word.strip() for word in part.rpartition("="))
        rate = _rate(number)
        if rate is None or (equals and not name):
            raise StartError(f"--throttle: {part.strip()!r} is not CALLS or OPERATION=CALLS, calls a second above 0.")
        if not equals:
            everyone = rate
        elif name in operations:
            rates[name] = rate
        else:
            raise StartError(f"--throttle: there is no operation {name!r}. There are: {', '.join(sorted(operations))}.")
    return rates if everyone is None else {**dict.fromkeys(operations, everyone), **rates}


def _rate(number: str) -> float | None:
    try:
        rate = float(number)
    except ValueError:
        return None
    return rate if math.isfinite(rate) and rate > 0 else None
