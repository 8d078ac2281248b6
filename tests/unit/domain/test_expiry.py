"""When the time of a record is up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from homeward.domain.detections import iso
from homeward.domain.expiry import RULES
from homeward.domain.retention import Kept, parse_retention
from tests.fakes import NOW

RETENTION = parse_retention((Path(__file__).resolve().parents[3] / "policy" / "retention.json").read_text())
QUIET = timedelta(hours=4)
ENDED = {"state": "FINISHED", "finished_at": iso(NOW)}


def day(number: float) -> str:
    return iso(NOW + timedelta(days=number))


def days(kind: Kept, row: dict[str, Any], quiet: timedelta = QUIET) -> float | None:
    """How many days after NOW the row's time is up."""
    until = RULES[kind](row, RETENTION, quiet)
    return (until - NOW) / timedelta(days=1) if until else None


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ENDED | {"outcome": "NO_CANDIDATE"}, 60),
        (ENDED | {"outcome": "ALERTED", "keep_until": day(30)}, 60),
        (ENDED | {"outcome": "FAILED", "unfinished": "FAILED"}, None),
        (ENDED | {"outcome": "FAILED", "gave_up": {"at": day(0)}}, 60),
        (ENDED | {"outcome": "FAILED"}, None),
        ({"state": "RECEIVED", "unfinished": "RECEIVED", "received_at": day(-900)}, None),
        ({"state": "IN_REVIEW", "unfinished": "IN_REVIEW"}, None),
        ({"state": "FINISHED", "outcome": "ERASED", "erased_at": iso(NOW)}, 60),
    ],
)
def test_detections(row: dict[str, Any], expected: float | None) -> None:
    assert days(Kept.DETECTIONS, row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ENDED | {"outcome": "ALERTED", "keep_until": day(7)}, 7),
        (ENDED | {"outcome": "ALERTED", "keep_until": day(90)}, 30),
        (ENDED | {"outcome": "ALERTED", "keep_until": day(7), "crop_deleted_at": day(8)}, None),
        (ENDED | {"outcome": "NO_CANDIDATE"}, None),
        (ENDED | {"outcome": "FAILED", "unfinished": "FAILED"}, None),
        (ENDED | {"outcome": "FAILED", "gave_up": {"at": day(0)}}, 30),
        ({"state": "IN_REVIEW", "unfinished": "IN_REVIEW", "keep_until": day(-1)}, None),
        ({"state": "FINISHED", "outcome": "ERASED", "erased_at": iso(NOW)}, None),
    ],
)
def test_crops_go_by_their_rows_own_date(row: dict[str, Any], expected: float | None) -> None:
    assert days(Kept.CROPS, row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"state": "OPEN", "expires_at": day(-900)}, None),
        ({"state": "EXPIRED", "expires_at": day(1)}, 181),
        ({"state": "DECIDED", "expires_at": day(1), "decided_at": day(0.5)}, 180.5),
    ],
)
def test_reviews(row: dict[str, Any], expected: float | None) -> None:
    assert days(Kept.REVIEWS, row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"alert_id": "#current", "state": "PENDING", "lease_until": day(-900)}, None),
        ({"alert_id": "#current", "state": "SENT", "sent_at": day(0), "lease_until": day(0.25)}, 180.25),
        ({"alert_id": "#current", "state": "REJECTED", "rejected_at": day(2), "sent_at": day(1)}, 182),
        ({"alert_id": "#escalation", "state": "RELEASED", "attempt_at": day(3)}, 183),
        ({"alert_id": "gate-1", "state": "PENDING", "reserved_at": day(-900)}, None),
        ({"alert_id": "gate-1", "state": "SENT", "reserved_at": day(-1), "sent_at": day(0)}, 180),
        ({"alert_id": "gate-1", "state": "DUPLICATE", "seen_at": day(0)}, 180),
        ({"alert_id": "gate-1", "state": "RETRACTED", "sent_at": day(0), "retracted_at": day(1)}, None),
        ({"alert_id": "gate-1", "state": "RETRACTED", "retracted_at": day(1), "retraction_id": "m"}, 181),
        ({"alert_id": "gate-1", "state": "SENT"}, None),
    ],
)
def test_alerts(row: dict[str, Any], expected: float | None) -> None:
    assert days(Kept.ALERTS, row) == expected


def test_a_slot_outlasts_its_quiet_window_however_long_that_is() -> None:
    row = {"alert_id": "#current", "state": "SENT", "sent_at": day(0)}
    until = days(Kept.ALERTS, row, timedelta(days=365))
    assert until is not None
    assert until > 365


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ENDED | {"outcome": "CROPPED"}, 30),
        (ENDED | {"outcome": "FAILED", "unfinished": "FAILED"}, None),
        ({"state": "DETECTED", "unfinished": "DETECTED"}, None),
    ],
)
def test_frames(row: dict[str, Any], expected: float | None) -> None:
    assert days(Kept.FRAMES, row) == expected
