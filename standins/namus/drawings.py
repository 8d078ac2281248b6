"""Pictures that show no face: what a case holds besides portraits, the placeholder, and thumbnails."""

from __future__ import annotations

import random
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # height x width x 3, BGR
WIDTH, HEIGHT = 320, 240
THUMBNAIL = 120  # pixels of the longer side


@lru_cache(maxsize=512)
def drawing(kind: str, seed: int) -> bytes:
    """A drawn map, signature, tattoo or blank sheet, JPEG of WIDTH x HEIGHT; the seed varies it."""
    rng = random.Random(seed)
    sheet = np.full((HEIGHT, WIDTH, 3), rng.randint(225, 250), np.uint8)
    {"map": _map, "signature": _curve, "tattoo": _tattoo, "sheet": _grid}[kind](sheet, rng)
    return jpeg(sheet)


@lru_cache(maxsize=1)
def placeholder() -> bytes:
    """What the server shows for a case without a picture."""
    sheet = np.full((THUMBNAIL, THUMBNAIL, 3), 215, np.uint8)
    cv2.rectangle(sheet, (4, 4), (THUMBNAIL - 5, THUMBNAIL - 5), (150, 150, 150), 2)
    cv2.putText(sheet, "No image", (22, 64), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (110, 110, 110), 1, cv2.LINE_AA)
    return jpeg(sheet)


def thumbnail(data: bytes) -> bytes:
    """The picture as a JPEG that fits into THUMBNAIL x THUMBNAIL. Raises ValueError when it is no picture."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not a picture")
    height, width = picture.shape[:2]
    size = thumbnail_size(width, height)
    return jpeg(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))


def thumbnail_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the thumbnail of a picture."""
    scale = min(THUMBNAIL / max(width, height), 1)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def jpeg(picture: Picture) -> bytes:
    """The picture as JPEG."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def _map(sheet: Picture, rng: random.Random) -> None:
    sheet[:] = (200, 225, 205)
    for _ in range(7):
        start, end = _point(rng), _point(rng)
        cv2.line(sheet, start, end, (255, 255, 255), rng.randint(4, 9))
        cv2.line(sheet, start, end, (150, 150, 150), 1)
    cv2.rectangle(sheet, _point(rng), _point(rng), (60, 60, 200), 2)


def _curve(sheet: Picture, rng: random.Random) -> None:
    xs = np.linspace(30, WIDTH - 30, 60)
    ys = HEIGHT / 2 + np.cumsum([rng.uniform(-16, 16) for _ in xs]).clip(-70, 70)
    cv2.polylines(sheet, [np.column_stack([xs, ys]).astype(np.int32)], False, (120, 50, 20), 2, cv2.LINE_AA)


def _tattoo(sheet: Picture, rng: random.Random) -> None:
    sheet[:] = (150, 180, 215)
    for _ in range(4):
        points = np.array([_point(rng) for _ in range(5)], np.int32)
        cv2.polylines(sheet, [points], True, (90, 60, 40), 3, cv2.LINE_AA)


def _grid(sheet: Picture, rng: random.Random) -> None:
    for y in range(20, HEIGHT - 10, 14):
        cv2.line(sheet, (20, y), (WIDTH - 20 - rng.randint(0, 90), y), (130, 130, 130), 3)


def _point(rng: random.Random) -> tuple[int, int]:
    return rng.randint(0, WIDTH), rng.randint(0, HEIGHT)
