"""Portraits of people whom nobody could be: drawn with a few ellipses, yet clear enough for a face detector.

Drawing one takes a while, so there are BASES of them; every picture is one of these, mirrored, turned, lit, sized and
encoded in its own way. Pictures of the same base look like the same person.
"""

from __future__ import annotations

import random
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # height x width x 3, BGR
Plane = NDArray[np.float32]  # height x width x 1: how far a shape covers each pixel
BASES = 40
WIDTH, HEIGHT = 240, 300
SIZES = ((WIDTH, HEIGHT),) * 8 + ((127, 150), (160, 200), (400, 500), (480, 600))  # a fifth is small, as on the site
SMALLEST = (43, 67)  # the smallest that a real case holds; one picture in a hundred


def face_size(seed: int) -> tuple[int, int]:
    """Width and height of the portrait that belongs to the seed."""
    rng = random.Random(seed)
    return SMALLEST if rng.random() < 0.01 else rng.choice(SIZES)


@lru_cache(maxsize=256)
def face(seed: int, suffix: str) -> bytes:
    """The portrait that belongs to the seed, as a `.jpg` or `.png` file."""
    rng = random.Random(seed)
    rng.random()
    size = face_size(seed)
    base = _base(rng.randrange(BASES))
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), rng.uniform(-5, 5), rng.uniform(0.94, 1.06))
    turned = cv2.warpAffine(base, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    picture = cv2.resize(turned[:, ::-1] if rng.random() < 0.5 else turned, size, interpolation=cv2.INTER_LINEAR)
    lit = cv2.convertScaleAbs(picture, alpha=rng.uniform(0.85, 1.15), beta=rng.uniform(-10, 10))
    # The top row tells pictures apart that would else be equal.
    lit[0, :, 0] = np.frombuffer(rng.randbytes(size[0]), np.uint8)
    return cv2.imencode(suffix, lit, [cv2.IMWRITE_JPEG_QUALITY, 88] if suffix == ".jpg" else [])[1].tobytes()


@lru_cache(maxsize=BASES)
def _base(number: int) -> Picture:
    return _Drawing(number).picture()


class _Drawing:
    """One face: its measures come from the number, never from what a case states."""

    def __init__(self, number: int) -> None:
        rng = self.rng = random.Random(number)
        self.y, self.x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        self.sheet = np.full((HEIGHT, WIDTH, 3), [rng.randint(90, 200) for _ in range(3)], np.float32)
        self.middle = WIDTH / 2 + rng.uniform(-6, 6), HEIGHT * 0.48 + rng.uniform(-6, 6)
        self.half = WIDTH * rng.uniform(0.25, 0.30), HEIGHT * rng.uniform(0.29, 0.33)
        self.light = rng.uniform(0.45, 1)
        self.skin = np.array([150, 180, 225], np.float32) * self.light
        self.hair = np.array([rng.randint(10, 60), rng.randint(20, 80), rng.randint(20, 110)], np.float32)

    def picture(self) -> Picture:
        self._body()
        self._head()
        eyes = -self.rng.uniform(0.08, 0.16)
        for side in (-1, 1):
            self._eye(side * self.rng.uniform(0.39, 0.43), eyes)
        self._nose(eyes, self.rng.uniform(0.22, 0.28))
        self._mouth(self.rng.uniform(0.50, 0.56), self.rng.uniform(0.28, 0.38))
        return np.clip(cv2.GaussianBlur(self.sheet, (0, 0), 1.1), 0, 255).astype(np.uint8)

    def _body(self) -> None:
        clothes = [self.rng.randint(20, 200) for _ in range(3)]
        self._paint((0, 1.9, 1.75, 0.85), clothes)
        self._paint((0, 0.95, 0.5, 0.55), self.skin * 0.8)
        self._paint((0, -0.22, 1.18, 1.0), self.hair)

    def _head(self) -> None:
        (x, y), (wide, high) = self.middle, self.half
        away = ((self.x - x + wide * 0.25) / wide) ** 2 + ((self.y - y + high * 0.1) / high) ** 2
        self._paint((0, 0, 1, 1), self.skin * np.clip(1 - 0.28 * away, 0.5, 1.1)[..., np.newaxis])
        self._paint((self.rng.uniform(-0.1, 0.1), -0.86, 0.95, 0.30), self.hair, soft=0.2)

    def _eye(self, x: float, y: float) -> None:
        self._paint((x, y, 0.25, 0.12), self.skin * 0.6, 0.6, soft=0.5)
        self._paint((x, y, 0.17, 0.06), [235, 235, 235], soft=0.2)
        self._paint((x, y, 0.075, 0.058), [20, 30, 45], soft=0.3)
        self._paint((x, y - 0.05, 0.19, 0.025), [20, 20, 30], 0.8, soft=0.6)
        self._paint((x, y - 0.17, 0.24, 0.035), self.hair * 0.7, 0.9, soft=0.6)

    def _nose(self, eyes: float, y: float) -> None:
        self._paint((0.06, (y + eyes) / 2, 0.09, (y - eyes) / 2), self.skin * 1.08, 0.5, soft=0.9)
        self._paint((0, y, 0.17, 0.06), self.skin * 0.82, 0.8, soft=0.8)
        for side in (-1, 1):
            self._paint((side * 0.09, y + 0.03, 0.05, 0.02), self.skin * 0.35, 0.9, soft=0.6)

    def _mouth(self, y: float, wide: float) -> None:
        self._paint((0, y, wide, 0.07), np.array([90, 90, 190]) * self.light, 0.85, soft=0.4)
        self._paint((0, y, wide, 0.014), [30, 20, 60], 0.9, soft=0.6)
        self._paint((0, y + 0.17, 0.3, 0.04), self.skin * 0.75, 0.5, soft=0.9)

    def _paint(
        self, shape: tuple[float, float, float, float], colour: object, cover: float = 1, soft: float = 0.06
    ) -> None:
        """Fill an ellipse: its middle and half axes, in half axes of the head around the head's middle."""
        left, down, wide, high = shape
        x, y = self.middle[0] + left * self.half[0], self.middle[1] + down * self.half[1]
        wide, high = wide * self.half[0], high * self.half[1]
        rows, columns = _range(y, high, soft, HEIGHT), _range(x, wide, soft, WIDTH)
        distance = ((self.x[rows, columns] - x) / wide) ** 2 + ((self.y[rows, columns] - y) / high) ** 2
        inside: Plane = cover * np.clip((1 + soft - distance) / (2 * soft), 0, 1)[..., np.newaxis]
        tones = np.asarray(colour, np.float32)
        if tones.ndim == 3:
            tones = tones[rows, columns]
        self.sheet[rows, columns] += inside * (tones - self.sheet[rows, columns])


def _range(middle: float, half: float, soft: float, end: int) -> slice:
    """The pixels that an ellipse can cover in one direction."""
    reach = half * (1 + soft) ** 0.5
    return slice(max(int(middle - reach), 0), min(int(middle + reach) + 2, end))
