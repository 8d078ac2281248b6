"""Small drawings of a review: similarities against the thresholds that applied; where camera and person were."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from homeward.domain.places import Spot

WIDTH, PAD = 400.0, 14.0
EARTH_KM = 6371.0
RADIUS = 70.0  # of the plan's outer ring, in the drawing's units
COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


@dataclass(frozen=True, slots=True)
class Mark:
    """A candidate on the scale."""

    label: str
    similarity: float
    x: float


@dataclass(frozen=True, slots=True)
class Scale:
    """Similarities from `low` to 100, with the two thresholds."""

    low: float
    review: float
    alert: float
    review_x: float
    alert_x: float
    end_x: float
    marks: tuple[Mark, ...]


def scale(thresholds: Mapping[str, float], candidates: Sequence[tuple[str, float]]) -> Scale:
    """Where everything is on a line of WIDTH units."""
    similarities = [similarity for _, similarity in candidates if similarity > 0]
    low = max(0.0, math.floor(min([thresholds["review"], *similarities]) / 5) * 5 - 5)

    def x(similarity: float) -> float:
        return PAD + (similarity - low) / (100 - low) * (WIDTH - 2 * PAD)

    marks = tuple(Mark(label, similarity, x(similarity)) for label, similarity in candidates if similarity > 0)
    review, alert = thresholds["review"], thresholds["alert"]
    return Scale(low, review, alert, x(review), x(alert), x(100), marks)


@dataclass(frozen=True, slots=True)
class Plan:
    """The camera in the middle, north up; where the person was last seen, at (x, y) from there."""

    x: float
    y: float
    radius: float
    kilometres: float
    bearing: str
    ring_kilometres: float


def plan(camera: Spot | None, last_seen: Spot | None) -> Plan | None:
    """Distance and direction from the camera to where the person was last seen; None when either isn't known."""
    if camera is None or last_seen is None:
        return None
    kilometres, degrees = _distance(camera, last_seen), _bearing(camera, last_seen)
    ring = _round_up(max(kilometres, 0.1))
    away = RADIUS * kilometres / ring
    x, y = away * math.sin(math.radians(degrees)), -away * math.cos(math.radians(degrees))
    return Plan(x, y, RADIUS, kilometres, COMPASS[round(degrees / 45) % 8], ring)


def _distance(one: Spot, other: Spot) -> float:
    """Kilometres along the surface (haversine)."""
    rise, turn = math.radians(other.latitude - one.latitude), math.radians(other.longitude - one.longitude)
    cosines = math.cos(math.radians(one.latitude)) * math.cos(math.radians(other.latitude))
    half = math.sin(rise / 2) ** 2 + cosines * math.sin(turn / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def _bearing(one: Spot, other: Spot) -> float:
    """Degrees clockwise from north."""
    turn = math.radians(other.longitude - one.longitude)
    here, there = math.radians(one.latitude), math.radians(other.latitude)
    east = math.sin(turn) * math.cos(there)
    north = math.cos(here) * math.sin(there) - math.sin(here) * math.cos(there) * math.cos(turn)
    return math.degrees(math.atan2(east, north)) % 360


def _round_up(kilometres: float) -> float:
    """The next of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(kilometres))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= kilometres)


@dataclass(frozen=True, slots=True)
class Bar:
    """A day: alerts at the bottom, what raised none of its own above them. In the drawing's units, y from the top."""

    title: str
    x: float
    width: float
    alerts: float
    repeats: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A day each; `most` is the highest."""

    bars: tuple[Bar, ...]
    height: float
    most: int
    first: date
    last: date


def bars(days: Sequence[tuple[date, int, int]], width: float = 900.0, height: float = 90.0) -> Bars:
    """Heights in proportion to the highest."""
    most = max((alerts + repeats for _, alerts, repeats in days), default=0)
    each, unit = width / len(days), height / max(most, 1)
    drawn = tuple(
        Bar(f"{day}: {alerts} alerted, {repeats} not", index * each, each * 0.8, alerts * unit, repeats * unit)
        for index, (day, alerts, repeats) in enumerate(days)
    )
    return Bars(drawn, height, most, days[0][0], days[-1][0])
