"""A shot: one picture that is to be sent, with everything that the cloud has to know of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from homeward_camera import __version__


@dataclass(frozen=True)
class Shot:
    """A crop (`folder` crops) or a whole picture (frames), JPEG or PNG."""

    folder: str
    camera: str
    place: str
    captured_at: datetime
    digest: str  # 16 hex digits of the data's SHA-256
    data: bytes = field(repr=False)
    frame: str
    quality: float = 0.0  # 0 to 1
    track: str = ""  # the walk-by; empty for stills and whole pictures
    box: tuple[int, int, int, int] | None = None  # of the face in its frame: left, top, width, height
    cleared: bool = False  # smoothed and brightened, since the picture was dark and noisy
    detection: float | None = None  # how sure the detector is that this is a face, 0 to 1

    @property
    def key(self) -> str:
        """`<folder>/<camera>/<YYYYMMDDTHHMMSSmmmZ>-<digest>.jpg`: two faces of one frame differ in the digest."""
        return f"{self.folder}/{self.camera}/{self.name}.jpg"

    @property
    def name(self) -> str:
        """The key's last part; sorts by time."""
        moment = self.captured_at
        return f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03}Z-{self.digest}"

    def metadata(self, skew_ms: int | None) -> dict[str, str]:
        """The object's metadata; `skew_ms` is how far this clock is ahead of S3's."""
        moment = self.captured_at
        told = {
            "place": self.place,
            "captured-at": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z",
            "frame": quote(self.frame.encode(errors="surrogateescape")),  # metadata is ASCII; file names are any bytes
            "agent-version": __version__,
            "quality": f"{self.quality:.3f}",
        }
        if self.track:
            told["track"] = self.track
        if self.cleared:
            told["cleared"] = "smoothed, brightened"
        if skew_ms is not None:
            told["clock-skew-ms"] = str(skew_ms)
        return told

    def line(self) -> dict[str, Any]:
        """What the log says of it."""
        told: dict[str, Any] = {"frame": self.frame.encode(errors="replace").decode(), "key": self.key}
        if self.box:
            told |= {"box": list(self.box), "detection": self.detection}
        if self.track:
            told["track"] = self.track
        return told | {
            "quality": round(self.quality, 3),
            "captured_at": self.captured_at.isoformat(timespec="milliseconds"),
        }

    def to_bytes(self) -> bytes:
        """One file: a line of JSON, and the picture."""
        fields = {name: value for name, value in asdict(self).items() if name != "data"}
        fields |= {"captured_at": self.captured_at.isoformat(), "bytes": len(self.data)}
        return json.dumps(fields).encode() + b"\n" + self.data

    @classmethod
    def from_bytes(cls, content: bytes) -> Shot:
        """Read it back. ValueError, KeyError or TypeError when the file isn't whole."""
        head, _, data = content.partition(b"\n")
        fields = json.loads(head)
        if len(data) != fields.pop("bytes"):
            raise ValueError("the file is cut short")
        fields["captured_at"] = datetime.fromisoformat(fields["captured_at"])
        fields["box"] = tuple(fields["box"]) if fields["box"] else None
        shot = cls(data=data, **fields)
        if shot.digest != digest_of(data):
            raise ValueError("the picture's bytes are not those that were written")
        return shot


def digest_of(data: bytes) -> str:
    """What tells a shot from every other one of the same moment."""
    return hashlib.sha256(data).hexdigest()[:16]
