"""What one camera has done so far, and what is wrong with it: for the page, the heartbeat and the last line."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from homeward_camera import __version__
from homeward_camera.log import Log, Trouble
from homeward_camera.spool import DAMAGED, REFUSED, Spool


@dataclass
class Counts:
    """Counted since the agent started; each is written by one thread only."""

    frames: int = 0
    unreadable: int = 0  # frames
    faces: int = 0  # in frames: a face in ten frames counts ten times
    too_small: int = 0  # of them, or outside the zones
    shots: int = 0
    uploaded: int = 0
    were_there: int = 0  # shots that S3 had already
    unsaved: int = 0  # shots lost because the disk took nothing for too long
    reconnects: int = 0


@dataclass
class Health:
    """One camera's counts, times and troubles."""

    camera: str
    place: str
    log: Log
    spool: Spool
    position: tuple[float, float] | None = None  # latitude, longitude
    counts: Counts = field(default_factory=Counts)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    last_frame_at: datetime | None = None
    last_upload_at: datetime | None = None
    skew_ms: int | None = None

    def __post_init__(self) -> None:
        self.source = Trouble(self.log, "source_failed", self.camera)
        self.disk = Trouble(self.log, "disk_full", self.camera)
        self.room = Trouble(self.log, "spool_full", self.camera)
        self.upload = Trouble(self.log, "upload_failed", self.camera)
        self.heartbeat = Trouble(self.log, "heartbeat_failed", self.camera)
        self.clock = Trouble(self.log, "clock_wrong", self.camera)

    @property
    def troubles(self) -> dict[str, str]:
        """What is wrong now, by what it is about."""
        about = {
            "source": self.source,
            "disk": self.disk,
            "spool": self.room,
            "upload": self.upload,
            "heartbeat": self.heartbeat,
            "clock": self.clock,
        }
        return {name: trouble.text for name, trouble in about.items() if trouble.text}

    @property
    def complete(self) -> bool:
        """Whether everything that was shown was looked at, and everything worth sending was sent."""
        lost = self.counts.unreadable + self.counts.unsaved + self.spool.dropped + self.spool.aside(REFUSED)
        return not lost and not len(self.spool)

    def to_json(self) -> dict[str, Any]:
        """Everything, for people and programs."""
        return {
            "camera": self.camera,
            "place": self.place,
            "position": self.position,
            "agent_version": __version__,
            "at": _text(datetime.now(UTC)),
            "started_at": _text(self.started_at),
            "last_frame_at": _text(self.last_frame_at),
            "last_upload_at": _text(self.last_upload_at),
            "clock_skew_ms": self.skew_ms,
            **asdict(self.counts),
            "waiting": len(self.spool),
            "waiting_bytes": self.spool.size,
            "dropped": self.spool.dropped,
            "damaged": self.spool.aside(DAMAGED),
            "refused": self.spool.aside(REFUSED),
            "troubles": self.troubles,
        }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None
