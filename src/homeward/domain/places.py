"""Places on earth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, in degrees."""

    latitude: float
    longitude: float


def spot_of(latitude: Any, longitude: Any) -> Spot | None:
    """The spot at these numbers; None when they are none, or none on earth."""
    if _degrees(latitude, 90) and _degrees(longitude, 180):
        return Spot(float(latitude), float(longitude))
    return None


def _degrees(found: Any, most: int) -> bool:
    return isinstance(found, (int, float)) and not isinstance(found, bool) and abs(found) <= most
