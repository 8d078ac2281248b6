"""Finding faces (YuNet) and telling them apart (SFace)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from standins.people.generator import Picture
from standins.people.models import SFACE, YUNET

Vector = NDArray[np.float32]  # 128 numbers, length 1
MIN_SCORE = 0.8


@dataclass(frozen=True)
class Box:
    """A face in pixels of its picture."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        if wide <= 0 or high <= 0:
            return 0.0
        common = wide * high
        return common / (self.width * self.height + other.width * other.height - common)


@dataclass(frozen=True)
class Face:
    """A detected face: its box, and what makes it comparable."""

    box: Box
    vector: Vector


class FaceReader:
    """Detects and embeds every face of a picture."""

    def __init__(self) -> None:
        # Errors only: the networks' new engine warns about a target that nobody asked for.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        self._detector = cv2.FaceDetectorYN.create(str(YUNET.located()), "", (320, 320), MIN_SCORE)
        self._recognizer = cv2.FaceRecognizerSF.create(str(SFACE.located()), "")

    def read(self, picture: Picture) -> list[Face]:
        """The faces of the picture, most certain first; an empty list when there is none."""
        self._detector.setInputSize((picture.shape[1], picture.shape[0]))
        rows = self._detector.detect(picture)[1]
        return [] if rows is None else [self._face(picture, row) for row in rows]

    def _face(self, picture: Picture, row: Vector) -> Face:
        vector = self._recognizer.feature(self._recognizer.alignCrop(picture, row))[0]
        return Face(Box(*(float(number) for number in row[:4])), vector / np.linalg.norm(vector))
