"""What a look at one frame gave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from homeward_camera.pictures import Frame
from homeward_camera.shots import Shot


@dataclass(frozen=True)
class Seen:
    """How many faces there were, how many of them too small or outside the zones, and what is to be sent now."""

    faces: int = 0
    too_small: int = 0
    shots: list[Shot] = field(default_factory=list)


class Eye(Protocol):
    """Looks at one frame after the other and says what is worth sending."""

    def see(self, frame: Frame) -> Seen:
        """Raises PictureError."""

    def rest(self) -> list[Shot]:
        """What still waits for a better moment, when no frame follows."""
