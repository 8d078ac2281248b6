"""How it goes, as numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from homeward.domain.operations import Metric, OperationsState, share_passed

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOTHING = OperationsState(NOW, {}, None, None, None, None)


def test_what_has_never_been_is_left_out_so_that_silence_alarms() -> None:
    assert NOTHING.metrics() == {Metric.OLDEST_REVIEW: 0.0}


def test_the_source_that_waits_longest_counts() -> None:
    synced = {"sync_namus_cases": NOW - timedelta(hours=1), "sync_fbi_cases": NOW - timedelta(hours=50)}
    state = replace(NOTHING, synced=synced, sealed_until=NOW - timedelta(minutes=90), drift_left=0, erasures_late=2)
    assert state.metrics() == {
        Metric.HOURS_SINCE_SYNC: 50.0,
        Metric.HOURS_SINCE_SEAL: 1.5,
        Metric.OLDEST_REVIEW: 0.0,
        Metric.DRIFT_LEFT: 0.0,
        Metric.ERASURES_LATE: 2.0,
    }


def test_the_share_of_a_reviews_time() -> None:
    assert share_passed(NOW - timedelta(hours=1), NOW + timedelta(hours=3), NOW) == 0.25
    assert share_passed(NOW, NOW, NOW + timedelta(hours=1)) > 1
