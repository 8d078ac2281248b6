"""Where pictures come from: a folder, a video file, a USB camera, or a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from homeward_camera.config import Camera
from homeward_camera.errors import SourceError
from homeward_camera.pictures import Frame, Still
from homeward_camera.video import VideoFile, VideoStream

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
STREAM = re.compile(r"(rtsps?|https?)://", re.IGNORECASE)
USB = re.compile(r"/dev/video\d{1,2}")


class Source(Protocol):
    """Shows frames until it ends; what is `finite` is done then, anything else is opened again."""

    finite: bool
    stills: bool  # its frames have nothing to do with each other

    def frames(self, stop: Event) -> Iterator[Frame]:
        """The frames, until `stop` is set. Raises SourceError."""


class Folder:
    """Picture files, each shown once, in the order of their names; the time of showing counts as that of capture."""

    finite = stills = True

    def __init__(self, pictures: list[Path]) -> None:
        self._pictures = pictures

    def frames(self, stop: Event) -> Iterator[Still]:
        """Each picture, now."""
        for path in self._pictures:
            if stop.is_set():
                return
            yield Still(path, datetime.now(UTC))


def open_source(camera: Camera) -> Source:
    """The camera's source. Raises SourceError or ConfigError."""
    address = camera.address()
    if is_stream(address):
        return VideoStream(address, camera.frames_per_second, camera.silence_seconds)
    path = Path(address)
    if path.is_dir():
        return Folder(find_pictures(path))
    if path.is_file():
        return VideoFile(path, camera.frames_per_second, live=camera.pace == "live")
    raise SourceError(f"{address} is neither a folder, a video file, /dev/videoN, rtsp:// nor http://")


def is_stream(address: str) -> bool:
    """Whether it is a camera that goes on for ever; anything else is a file or folder."""
    return bool(STREAM.match(address) or USB.fullmatch(address))


def find_pictures(folder: Path) -> list[Path]:
    """The pictures of the folder in the order of their names. Raises SourceError when there are none."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and not path.is_dir())
    pictures = [path for path in found if not path.name.startswith(".")]
    if not pictures:
        raise SourceError(f"{folder} holds no pictures ({', '.join(sorted(SUFFIXES))})")
    return pictures


def shown(address: str) -> str:
    """The address as logs and pages may have it: without user and password, or what follows a question mark."""
    if not STREAM.match(address):
        return address
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
