"""When a walk-by's best shot is sent: soon, rarely, and again only when it got clearly better."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from homeward_camera.faces import Face
from homeward_camera.pictures import Frame, Moment, Picture

GOOD = 0.7  # a shot of this quality is sent once it gets no better
FAIR = 0.4  # and one of this quality after PATIENCE
SETTLED_SECONDS = 0.4  # without a better one
PATIENCE_SECONDS = 2.0  # somebody who stands in front of the camera is not to wait longer
CLEARLY = 0.12  # by so much a later shot must be better


@dataclass(frozen=True)
class Best:
    """The best picture of a face so far, cut out."""

    quality: float
    frame: Frame
    face: Face
    crop: Picture
    dim: bool = False  # so dark and noisy that its quality says little about whether somebody is known from it


class Track:
    """One walk-by."""

    def __init__(self, name: str, began_at: datetime, most: int) -> None:
        self.name, self.seen_at = name, began_at
        self._began_at, self._most = began_at, most
        self._best: Best | None = None
        self._sent = 0
        self._sent_quality = 0.0
        self._crossing = False

    def see(self, at: datetime, *, crossing: bool) -> None:
        """The face was seen again. Where faces crossed, somebody else may have it now: one more shot is allowed."""
        self.seen_at = at
        if self._crossing and not crossing and self._sent:
            self._most, self._sent_quality = self._most + 1, 0.0
            self._began_at = at
        self._crossing = crossing

    def betters(self, quality: float) -> bool:
        """Whether a picture of that quality is worth keeping."""
        least = self._sent_quality + CLEARLY if self._sent and self._sent_quality else 0.0
        return self._sent < self._most and quality > max(self._best.quality if self._best else 0.0, least)

    def keep(self, best: Best) -> None:
        """Keep it instead of the one before; only the crop, not the whole picture."""
        if isinstance(best.frame, Moment):
            best = replace(best, frame=replace(best.frame, picture=best.crop))
        self._best = best

    def due(self, now: datetime) -> Best | None:
        """What is to be sent now."""
        best = self._best
        if best is None:
            return None
        settled = (now - best.frame.captured_at).total_seconds() >= SETTLED_SECONDS
        waited = (now - self._began_at).total_seconds() >= PATIENCE_SECONDS
        if (settled and best.quality >= GOOD) or (not self._sent_quality and waited and best.quality >= FAIR):
            return self.last()
        return None

    def last(self) -> Best | None:
        """What is to be sent when the track is over."""
        best, self._best = self._best, None
        if best:
            self._sent += 1
            # In the dark another moment may show more, though it measures no better.
            self._sent_quality = 0.0 if best.dim else best.quality
            self._began_at = self.seen_at
        return best
