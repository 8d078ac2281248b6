"""What becomes of the crop when its detection ends: kept as long as the policy says, else deleted at once.

The row says which: the terms are written with the outcome, the deletion follows. A step that is repeated settles them
again, so a crash between the two keeps nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homeward.domain.detections import Detection, Outcome, iso
from homeward.domain.ports import PictureStore, PolicySource


@dataclass(frozen=True, slots=True)
class Crops:
    """Retention of crops. A detection that failed keeps its crop: it will be done again."""

    pictures: PictureStore
    policy: PolicySource

    def terms(self, outcome: Outcome, now: datetime) -> dict[str, Any]:
        """What the row of a detection that ends so says of its crop: why it is kept and until when, or neither."""
        days = self.policy().keep_days.get(outcome)
        if days is None:
            return {"kept_because": None, "keep_until": None}
        return {"kept_because": outcome.value, "keep_until": iso(now + timedelta(days=days))}

    def settle(self, detection: Detection, terms: Mapping[str, Any]) -> None:
        """Delete the crop unless the terms, or the row that holds them, keep it; again is harmless."""
        if terms.get("keep_until") is None and terms.get("outcome") != Outcome.FAILED:
            self.pictures.delete(detection.picture)
