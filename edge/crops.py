"""Cutting one face out of a picture."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from edge.faces import Face
from edge.sources import Picture

MARGIN = 0.6  # of the face, on each side
LEAST_SIDE = 80  # pixels; the face service refuses smaller pictures
QUALITY = 92
HIDDEN = (127, 127, 127)  # BGR


@dataclass(frozen=True)
class Crop:
    """A JPEG that shows one face; the same picture always gives the same bytes."""

    data: bytes
    width: int
    height: int

    @property
    def shot(self) -> str:
        """What tells this crop from every other one of the same moment."""
        return hashlib.sha256(self.data).hexdigest()[:16]


def cut(picture: Picture, face: Face, others: list[Face]) -> Crop:
    """Cut the face with its margin, clipped at the picture's border.

    Other faces are covered: the face service takes the largest face of a picture, and nobody else belongs there.
    """
    shown = _covered(picture, face, others)
    top, bottom = _span(face.y, face.height, picture.shape[0])
    left, right = _span(face.x, face.width, picture.shape[1])
    data = cv2.imencode(".jpg", shown[top:bottom, left:right], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    return Crop(data, right - left, bottom - top)


def _span(start: float, length: float, limit: int) -> tuple[int, int]:
    """From where to where to cut along one side: with margin, within the picture, LEAST_SIDE if it is that large."""
    low = max(round(start - MARGIN * length), 0)
    high = min(round(start + length * (1 + MARGIN)), limit)
    if high - low < LEAST_SIDE:
        low = max(min(low - (LEAST_SIDE - high + low) // 2, limit - LEAST_SIDE), 0)
        high = min(low + LEAST_SIDE, limit)
    return low, high


def _covered(picture: Picture, face: Face, others: list[Face]) -> Picture:
    if not others:
        return picture
    covered = picture.copy()
    for other in others:
        _area(covered, other)[:] = HIDDEN
    _area(covered, face)[:] = _area(picture, face)
    return covered


def _area(picture: Picture, face: Face) -> Picture:
    """The face's part of the picture, to read or to paint."""
    top, left = max(round(face.y), 0), max(round(face.x), 0)
    bottom, right = max(round(face.y + face.height), 0), max(round(face.x + face.width), 0)
    return np.asarray(picture[top:bottom, left:right])
