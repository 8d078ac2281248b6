"""How it goes: the few numbers that say whether somebody must look, as metrics and for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NAMESPACE = "Homeward"
LATEST = "latest"  # folder of the cases bucket: one small file per DAG, about its newest run that did its work


class Metric(StrEnum):
    """Names in CloudWatch; the template's alarms rest on them."""

    HOURS_SINCE_SYNC = "HoursSinceSync"  # of the source that waits longest
    HOURS_SINCE_SEAL = "HoursSinceSeal"  # since the end of the newest sealed hour
    OLDEST_REVIEW = "OldestReview"  # the highest share of its time, 0 to 1, that has passed for an open review
    DRIFT_LEFT = "DriftLeft"  # findings that the newest reconcile run could not repair, and should have
    ERASURES_LATE = "ErasuresLate"


def latest_key(dag: str) -> str:
    """Where a DAG's newest numbers are."""
    return f"{LATEST}/{dag}.json"


@dataclass(frozen=True, slots=True)
class OperationsState:
    """Read at one moment; None, or an absent source, for what has never been."""

    at: datetime
    synced: Mapping[str, datetime]
    sealed_until: datetime | None
    oldest_review: float | None
    drift_left: int | None
    erasures_late: int | None

    def metrics(self) -> dict[Metric, float]:
        """What is known. What isn't is left out: alarms take silence for bad news where it is."""
        oldest = min(self.synced.values(), default=None)
        known = {
            Metric.HOURS_SINCE_SYNC: self._hours_since(oldest),
            Metric.HOURS_SINCE_SEAL: self._hours_since(self.sealed_until),
            Metric.OLDEST_REVIEW: self.oldest_review or 0.0,
            Metric.DRIFT_LEFT: self.drift_left,
            Metric.ERASURES_LATE: self.erasures_late,
        }
        return {name: float(value) for name, value in known.items() if value is not None}

    def _hours_since(self, moment: datetime | None) -> float | None:
        return None if moment is None else round((self.at - moment).total_seconds() / 3600, 2)


def share_passed(asked_at: datetime, expires_at: datetime, now: datetime) -> float:
    """How much of a review's time has passed."""
    return (now - asked_at) / max(expires_at - asked_at, expires_at.resolution)
