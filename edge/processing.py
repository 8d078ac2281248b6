"""From pictures to uploaded crops, or to uploaded pictures, and a report of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.crops import cut
from edge.errors import PictureError
from edge.faces import Detector
from edge.sources import Frame, play
from edge.upload import Uploader

Line = dict[str, Any]
MAX_WHOLE_BYTES = 15 * 1024 * 1024  # the face service takes no larger ones
WHOLE = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")  # how a JPEG and a PNG begin


@dataclass(frozen=True)
class Processing:
    """Finds faces of at least `min_face` pixels (the shorter side) and uploads a crop of each."""

    detector: Detector
    uploader: Uploader
    min_face: int

    def run(self, pictures: list[Path]) -> Iterator[Line]:
        """One line for each crop, and one for each picture without any.

        {"frame", "key", "version", "box": [x, y, width, height], "detection": 0 to 1, "captured_at", "was_there"}, or
        {"frame", "faces": 0, "too_small": how many}, or {"frame", "error"}. Raises UploadError.
        """
        for frame in play(pictures):
            try:
                yield from self._frame(frame)
            except PictureError as error:
                yield {"frame": frame.name, "error": str(error)}

    def _frame(self, frame: Frame) -> Iterator[Line]:
        picture = frame.read()
        faces = self.detector.find(picture)
        large = [face for face in faces if face.shorter_side >= self.min_face]
        if not large:
            yield {"frame": frame.name, "faces": 0, "too_small": len(faces)}
        for face in large:
            crop = cut(picture, face, [other for other in faces if other is not face])
            uploaded = self.uploader.put(frame, crop)
            yield {
                "frame": frame.name,
                "key": uploaded.key,
                "version": uploaded.version,
                "box": face.box,
                "detection": round(face.score, 3),
                "captured_at": frame.captured_at.isoformat(timespec="milliseconds"),
                "was_there": uploaded.was_there,
            }


@dataclass(frozen=True)
class WholePictures:
    """Uploads each picture as it is, JPEG or PNG."""

    uploader: Uploader

    def run(self, pictures: list[Path]) -> Iterator[Line]:
        """One line for each picture: {"frame", "key", "version", "captured_at", "was_there"}, or {"frame", "error"}.

        Raises UploadError.
        """
        for frame in play(pictures):
            try:
                data = frame.data(MAX_WHOLE_BYTES)
                if not data.startswith(WHOLE):
                    raise PictureError("is neither JPEG nor PNG")
            except PictureError as error:
                yield {"frame": frame.name, "error": str(error)}
                continue
            uploaded = self.uploader.put_whole(frame, data)
            yield {
                "frame": frame.name,
                "key": uploaded.key,
                "version": uploaded.version,
                "captured_at": frame.captured_at.isoformat(timespec="milliseconds"),
                "was_there": uploaded.was_there,
            }
