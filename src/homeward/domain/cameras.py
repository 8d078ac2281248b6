"""Cameras as their heartbeats show them. A camera is a box on a wall: whatever it says may be a lie, or garbage."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from homeward.domain.errors import InputError
from homeward.domain.places import Spot, spot_of

HEARTBEATS = "heartbeats/"
"""Where cameras put theirs, in the pictures bucket: `heartbeats/<camera>.json`."""
MAX_HEARTBEAT_BYTES = 64 * 1024
SILENT_AFTER = timedelta(minutes=20)
WRONG_CLOCK = timedelta(seconds=5)

_CAMERA = re.compile(r"[A-Za-z0-9_-]{1,40}")
_LONGEST_TEXT = 200
_MOST_TROUBLES = 10


@dataclass(frozen=True, slots=True)
class CameraState:
    """What was last heard of a camera; `beat_at` by S3's clock, everything else by the camera's own.

    A camera that was enrolled and never heard of has no `version`.
    """

    camera: str
    beat_at: datetime
    version: str | None = None
    without_frames: timedelta | None = None  # when it last beat, it had seen nothing for so long
    skew: timedelta | None = None  # how far its clock is ahead of S3's
    waiting: int = 0  # pictures that wait in it for the network
    dropped: int = 0  # pictures that it had no room for, since it started
    troubles: tuple[str, ...] = field(default=())
    position: Spot | None = None  # where it says that it stands

    def silent(self, now: datetime) -> bool:
        """Whether nothing comes from it: no heartbeat, or heartbeats of a blind camera."""
        return now - self.beat_at > SILENT_AFTER or (self.without_frames or timedelta(0)) > SILENT_AFTER

    @property
    def troubled(self) -> bool:
        """Whether it works, but not as it should."""
        return bool(self.troubles) or (self.skew is not None and abs(self.skew) > WRONG_CLOCK)

    def to_json(self, now: datetime) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "camera": self.camera,
            "silent": self.silent(now),
            "beat_seconds_ago": round((now - self.beat_at).total_seconds()),
            "waiting": self.waiting,
            "dropped": self.dropped,
            "skew_seconds": self.skew.total_seconds() if self.skew is not None else None,
            "troubles": list(self.troubles),
        }


def checked_camera(camera: str) -> str:
    """The camera's id; InputError when it can't be one."""
    if not _CAMERA.fullmatch(camera):
        raise InputError(f"{camera!r} is not a camera's id; letters, digits, '_' and '-', 40 at most")
    return camera


def heartbeat_key(camera: str) -> str:
    """The key of its heartbeat."""
    return f"{HEARTBEATS}{checked_camera(camera)}.json"


def parse_heartbeat(key: str, beat_at: datetime, body: bytes) -> CameraState | None:
    """The state behind an object below HEARTBEATS; None when its key isn't a camera's.

    The name comes from the key, which the camera's rights bind; a body that can't be understood is a trouble.
    """
    camera = key.removeprefix(HEARTBEATS).removesuffix(".json")
    if key != f"{HEARTBEATS}{camera}.json" or not _CAMERA.fullmatch(camera):
        return None
    try:
        return _state(camera, beat_at, json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return CameraState(camera, beat_at, "?", troubles=("its heartbeat can't be understood",))


def _state(camera: str, beat_at: datetime, said: dict[str, Any]) -> CameraState:
    if "enrolled_at" in said:
        return CameraState(camera, beat_at)
    now = _time(said["at"])
    last = said["last_frame_at"] or said["started_at"]
    skew = said["clock_skew_ms"]
    return CameraState(
        camera,
        beat_at,
        str(said["agent_version"])[:_LONGEST_TEXT],
        now - _time(last),
        None if skew is None else timedelta(milliseconds=int(skew)),
        int(said["waiting"]),
        int(said["dropped"]),
        tuple(f"{name}: {text}"[:_LONGEST_TEXT] for name, text in [*said["troubles"].items()][:_MOST_TROUBLES]),
        _position(said.get("position")),
    )


def _position(said: Any) -> Spot | None:
    return spot_of(*said) if isinstance(said, list) and len(said) == 2 else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
