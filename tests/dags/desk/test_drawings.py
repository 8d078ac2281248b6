"""Small drawings: similarities on their scale, distances on the plan, days as bars."""

from __future__ import annotations

from datetime import date

import pytest

from homeward.domain.places import Spot
from homeward_airflow.desk.drawings import bars, plan, scale

PORTLAND, BOSTON = Spot(43.66, -70.26), Spot(42.36, -71.06)


def test_thresholds_and_candidates_are_in_order() -> None:
    drawn = scale({"review": 88.0, "alert": 95.0}, [("MP1", 97.0), ("MP2", 90.0), ("MP3", 0.0)])
    assert [mark.label for mark in drawn.marks] == ["MP1", "MP2"]
    assert drawn.low < drawn.review
    assert drawn.review_x < drawn.marks[1].x < drawn.alert_x < drawn.marks[0].x < drawn.end_x


@pytest.mark.parametrize("thresholds", [{"review": 0.0, "alert": 0.0}, {"review": 100.0, "alert": 100.0}])
def test_extreme_thresholds_are_on_the_scale(thresholds: dict[str, float]) -> None:
    drawn = scale(thresholds, [("MP1", 100.0)])
    assert 0 < drawn.review_x <= drawn.alert_x <= drawn.end_x


def test_the_plan_tells_distance_and_direction() -> None:
    drawn = plan(PORTLAND, BOSTON)
    assert drawn is not None
    assert drawn.kilometres == pytest.approx(158, abs=3)  # as an atlas has it
    assert (drawn.bearing, drawn.ring_kilometres) == ("SW", 200)
    assert drawn.x < 0 < drawn.y  # west and south of the camera


def test_the_same_spot_is_in_the_middle() -> None:
    drawn = plan(PORTLAND, PORTLAND)
    assert drawn is not None
    assert (drawn.x, drawn.y) == (0, 0)


@pytest.mark.parametrize(("camera", "seen"), [(None, BOSTON), (PORTLAND, None)])
def test_without_both_places_there_is_no_plan(camera: Spot | None, seen: Spot | None) -> None:
    assert plan(camera, seen) is None


def test_days_are_bars_in_proportion() -> None:
    drawn = bars([(date(2026, 11, 21), 0, 0), (date(2026, 11, 22), 1, 3)], height=80)
    assert (drawn.most, drawn.bars[0].alerts, drawn.bars[1].alerts, drawn.bars[1].repeats) == (4, 0, 20, 60)
