"""Cutting one face out of a picture."""

from __future__ import annotations

import cv2
import numpy as np

from homeward_camera.faces import Face
from homeward_camera.pictures import Picture

MARGIN = 0.6  # of the face, on each side
LEAST_SIDE = 80  # pixels; the face service refuses smaller pictures
QUALITY = 92
HIDDEN = (127, 127, 127)  # BGR
LEVEL = 8.0  # degrees; a head that is tilted less isn't turned: every turn costs a little sharpness


def cut(picture: Picture, face: Face, others: list[Face]) -> Picture:
    """The face with its margin and level eyes, clipped at the picture's border; height x width x 3.

    Other faces are covered: the face service takes the largest face of a picture, and nobody else belongs there.
    """
    top, bottom = _span(face.y, face.height, picture.shape[0])
    left, right = _span(face.x, face.width, picture.shape[1])
    shown = picture[top:bottom, left:right].copy()
    for other in others:
        _area(shown, other, left, top)[:] = HIDDEN
    _area(shown, face, left, top)[:] = _area(picture, face, 0, 0)
    return _level(shown, face, left, top)


def encode(picture: Picture) -> bytes:
    """The picture as JPEG; the same picture always gives the same bytes."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def tilt(face: Face) -> float:
    """How many degrees the eyes are off level; positive: the picture's right side is lower."""
    across = face.points[1] - face.points[0]
    return float(np.degrees(np.arctan2(across[1], across[0])))


def _level(shown: Picture, face: Face, left: int, top: int) -> Picture:
    angle = tilt(face)
    if not LEVEL < abs(angle) < 60:  # more than that is no tilt but a wrong landmark
        return shown
    x, y = face.middle
    turn = cv2.getRotationMatrix2D((x - left, y - top), angle, 1.0)
    size = (shown.shape[1], shown.shape[0])
    turned = cv2.warpAffine(
        shown, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=HIDDEN
    )
    return np.asarray(turned, np.uint8)


def _span(start: float, length: float, limit: int) -> tuple[int, int]:
    """From where to where to cut along one side: with margin, within the picture, LEAST_SIDE if it is that large."""
    low = max(round(start - MARGIN * length), 0)
    high = min(round(start + length * (1 + MARGIN)), limit)
    if high - low < LEAST_SIDE:
        low = max(min(low - (LEAST_SIDE - high + low) // 2, limit - LEAST_SIDE), 0)
        high = min(low + LEAST_SIDE, limit)
    return low, high


def _area(picture: Picture, face: Face, left: int, top: int) -> Picture:
    """The face's part of a picture whose corner is at (left, top), to read or to paint."""
    first_row, first_column = max(round(face.y) - top, 0), max(round(face.x) - left, 0)
    last_row, last_column = max(round(face.y + face.height) - top, 0), max(round(face.x + face.width) - left, 0)
    return np.asarray(picture[first_row:last_row, first_column:last_column])
