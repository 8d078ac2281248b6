"""MaxDelaySeconds and JitterStrategy of Retry, and delays over a minute."""

from __future__ import annotations

import random
from typing import Any

from ministack.services import stepfunctions

from standins.cloud.patching import wrap
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(stepfunctions, "_find_matching_retrier", _find_retrier_and_wait)


def _find_retrier_and_wait(
    original: Any, retriers: list[dict[str, Any]], error: str, counts: dict[int, int]
) -> tuple[dict[str, Any] | None, int]:
    """The retrier for an error, after its delay: what MiniStack computes from the returned one is zero."""
    retrier, index = original(retriers, error, counts)
    if retrier is None:
        return None, index
    stepfunctions._scaled_sleep(_delay(retrier, counts.get(index, 0)))
    return {**retrier, "IntervalSeconds": 0}, index


def _delay(retrier: dict[str, Any], retries_before: int) -> float:
    """Seconds to wait: exponential, bounded by MaxDelaySeconds, then any part of that with full jitter."""
    seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** retries_before
    seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
    return random.uniform(0, seconds) if retrier.get("JitterStrategy") == "FULL" else seconds
