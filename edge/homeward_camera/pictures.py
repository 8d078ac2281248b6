"""One picture of a camera, from a file or from a stream."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

# OpenCV reads it when it is imported: a small file may claim a huge picture.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(100_000_000))

import cv2
import numpy as np
from numpy.typing import NDArray

from homeward_camera.errors import PictureError

Picture = NDArray[np.uint8]  # height x width x 3, BGR
MAX_BYTES = 50_000_000
WHOLE_QUALITY = 90  # of a stream's picture that is sent whole


class Frame(Protocol):
    """What a source shows: when it was captured (UTC), what it is called, and the picture."""

    @property
    def name(self) -> str:
        """The file's name, or the number of the stream's picture."""

    @property
    def captured_at(self) -> datetime:
        """By this machine's clock."""

    def read(self) -> Picture:
        """The picture. Raises PictureError."""

    def data(self, most: int) -> bytes:
        """The picture as a file's bytes, `most` at most. Raises PictureError."""


@dataclass(frozen=True)
class Still:
    """A picture file that is being shown now."""

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


@dataclass(frozen=True)
class Moment:
    """One picture of a stream or video."""

    picture: Picture
    number: int
    captured_at: datetime

    @property
    def name(self) -> str:
        """The number of the picture since the source was opened."""
        return str(self.number)

    def read(self) -> Picture:
        """The picture."""
        return self.picture

    def data(self, most: int) -> bytes:
        """The picture as JPEG. Raises PictureError."""
        data = cv2.imencode(".jpg", self.picture, [cv2.IMWRITE_JPEG_QUALITY, WHOLE_QUALITY])[1].tobytes()
        if len(data) > most:
            raise PictureError(f"the picture has {len(data)} bytes as JPEG, more than {most}")
        return data
