"""Where pictures come from: today a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# OpenCV reads it when it is imported: a small file may claim a huge picture.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(100_000_000))

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import PictureError, SourceError

Picture = NDArray[np.uint8]  # height x width x 3, BGR
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
MAX_BYTES = 50_000_000


@dataclass(frozen=True)
class Frame:
    """One camera picture that is being shown now."""

    path: Path
    captured_at: datetime

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    def data(self, most: int = MAX_BYTES) -> bytes:
        """The file's bytes. Raises PictureError."""
        try:
            size = self.path.stat().st_size
            if size > most:
                raise PictureError(f"the file has {size} bytes, more than {most}")
            return self.path.read_bytes()
        except OSError as error:
            raise PictureError(f"cannot be read: {error.strerror}") from error

    def read(self) -> Picture:
        """The picture, turned as its EXIF orientation says. Raises PictureError."""
        data = self.data()
        try:
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
        except cv2.error as error:
            raise PictureError(f"cannot be decoded: {error.err}") from error
        if picture is None:
            raise PictureError("is not a picture")
        return np.asarray(picture, np.uint8)


def find_pictures(folder: Path) -> list[Path]:
    """The pictures of the folder in the order of their names. Raises SourceError when there are none."""
    if not folder.is_dir():
        raise SourceError(f"--source {folder} is no folder; name one that holds camera pictures")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and not path.is_dir())
    pictures = [path for path in found if not path.name.startswith(".")]
    if not pictures:
        raise SourceError(f"--source {folder} holds no pictures ({', '.join(sorted(SUFFIXES))})")
    return pictures


def play(pictures: list[Path]) -> Iterator[Frame]:
    """Show each picture now: the time of play counts as the time of capture."""
    for path in pictures:
        yield Frame(path, datetime.now(UTC))
