"""When the time of a record is up. Pure rules over rows as the tables hold them; times are in UTC.

None means never, for now: what is still open (a question, a claim, unfinished work) is never past its time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from homeward.domain.claims import SETTLE, AlertState, SlotState
from homeward.domain.detections import DetectionState, Outcome
from homeward.domain.redrive import Standing
from homeward.domain.retention import Kept, Retention
from homeward.domain.reviews import ReviewState

Row = Mapping[str, Any]
_SLOT_TIMES = ("lease_until", "attempt_at", "sent_at", "rejected_at")
_ALERT_TIMES = ("reserved_at", "seen_at", "sent_at", "released_at", "retracted_at")


def detection_until(row: Row, retention: Retention, quiet: timedelta) -> datetime | None:
    """A detection's row stays at least as long as its own crop."""
    ended = _ended(row)
    if ended is None:
        return None
    until = ended + retention.keep[Kept.DETECTIONS]
    crop = crop_until(row, retention, quiet)
    return max(until, crop) if crop else until


def crop_until(row: Row, retention: Retention, quiet: timedelta) -> datetime | None:
    """The row's own date counts, and the policy's limit before it; a failed one has no date until it is given up."""
    ended = _ended(row)
    if ended is None or "crop_deleted_at" in row or row.get("outcome") == Outcome.ERASED:
        return None
    limit = ended + retention.keep[Kept.CROPS]
    if "keep_until" in row:
        return min(_time(row["keep_until"]), limit)
    return limit if row.get("outcome") == Outcome.FAILED else None


def review_until(row: Row, retention: Retention, quiet: timedelta) -> datetime | None:
    """A question counts from its answer, or from its time limit."""
    if row["state"] == ReviewState.OPEN:
        return None
    return _time(row.get("decided_at") or row["expires_at"]) + retention.keep[Kept.REVIEWS]


def alert_until(row: Row, retention: Retention, quiet: timedelta) -> datetime | None:
    """A slot outlasts its quiet window; a retraction that nobody was told of yet is still open."""
    slot = str(row["alert_id"]).startswith("#")
    times = [_time(row[name]) for name in (_SLOT_TIMES if slot else _ALERT_TIMES) if row.get(name)]
    untold = row["state"] == AlertState.RETRACTED and "retraction_id" not in row
    if row["state"] in (SlotState.PENDING, AlertState.PENDING) or untold or not times:
        return None
    return max(times) + max(retention.keep[Kept.ALERTS], quiet + SETTLE)


def frame_until(row: Row, retention: Retention, quiet: timedelta) -> datetime | None:
    """A frame counts from when it was cut, or given up."""
    ended = _ended(row)
    return ended + retention.keep[Kept.FRAMES] if ended else None


RULES: Mapping[Kept, Callable[[Row, Retention, timedelta], datetime | None]] = {
    Kept.DETECTIONS: detection_until,
    Kept.CROPS: crop_until,
    Kept.REVIEWS: review_until,
    Kept.ALERTS: alert_until,
    Kept.FRAMES: frame_until,
}


def is_open(row: Row) -> bool:
    """Whether work of a row isn't over: it is done, or will be done again."""
    return row.get("state") != DetectionState.FINISHED or "unfinished" in row


def _ended(row: Row) -> datetime | None:
    given_up_or_well = not is_open(row) and (row.get("outcome") != Standing.FAILED or "gave_up" in row)
    ended = row.get("finished_at") or row.get("erased_at")
    return _time(ended) if given_up_or_well and ended else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
