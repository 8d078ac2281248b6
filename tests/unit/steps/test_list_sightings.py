"""Sightings over some days: whose, where, and how many of each day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from homeward.domain.cases import CaseKey
from homeward.domain.errors import InputError
from homeward.domain.sightings import by_day
from homeward.steps.list_sightings import ListSightings
from tests.factories import case_key
from tests.fakes import NOW, clock

TODAY = NOW.date()


class Alerts:
    """The rows of each day."""

    def __init__(self) -> None:
        self.rows: dict[date, list[dict[str, Any]]] = {}

    def of_day(self, day: date) -> list[dict[str, Any]]:
        return self.rows.get(day, [])

    def add(self, back: int, camera: str, case: CaseKey, **more: Any) -> None:
        day = TODAY - timedelta(days=back)
        alert_id = f"{camera}-{day:%Y%m%d}T120000-{len(self.rows):012x}"
        row = {"alert_id": alert_id, "case": str(case), "day": day.isoformat(), **more}
        self.rows.setdefault(day, []).append(row)


@pytest.fixture
def step() -> ListSightings:
    alerts = Alerts()
    alerts.add(0, "gate", case_key(1), reserved_at="2026-11-22T10", sent_at="2026-11-22T10")
    alerts.add(0, "gate", case_key(2), seen_at="2026-11-22T11")
    alerts.add(6, "gate-2", case_key(1), sent_at="2026-11-16T10", reserved_at="2026-11-16T10")
    alerts.add(7, "gate", case_key(1), seen_at="2026-11-15T10")
    return ListSightings(alerts, clock)  # type: ignore[arg-type]


def test_the_days_asked_for_newest_first(step: ListSightings) -> None:
    assert [row["case"][-1] for row in step(7)] == ["2", "1", "1"]
    assert len(step(8)) == 4
    assert len(step(1)) == 2


def test_of_one_case_and_of_one_camera(step: ListSightings) -> None:
    assert {row["case"] for row in step(90, case=case_key(1))} == {str(case_key(1))}
    assert len(step(90, camera="gate")) == 3  # not those of gate-2
    assert step(90, case_key(2), "gate-2") == []


def test_each_day_is_counted_also_those_without_any(step: ListSightings) -> None:
    counted = by_day(step(8), step.days(8))
    assert [counts for _, *counts in counted] == [[0, 1], [1, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [1, 1]]
    assert counted[-1][0] == TODAY


@pytest.mark.parametrize("days", [0, 91, -1])
def test_other_spans_are_refused(step: ListSightings, days: int) -> None:
    with pytest.raises(InputError, match="1 to 90 days"):
        step(days)
