"""What can lie over a face, drawn: things that cover it, and things that don't matter for matching."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from standins.rekognition.faces import Face
from standins.rekognition.images import Pixels

Array: TypeAlias = NDArray[np.float64]


class Layout:
    """A face's own coordinates: x across from the middle of the eyes, y down, in distances of the eyes."""

    def __init__(self, pixels: Pixels, face: Face) -> None:
        self.pixels = pixels
        self._middle = face.landmarks[:2].mean(axis=0).astype(float)
        across = (face.landmarks[1] - face.landmarks[0]).astype(float)
        self.unit = float(np.hypot(*across))
        self._axes = np.array([across, [-across[1], across[0]]])
        self.skin = self._colour(face.landmarks[2].astype(float) + 0.5 * across)

    def at(self, x: float, y: float) -> tuple[int, int]:
        """A place in pixels."""
        left, top = self._middle + np.array([x, y]) @ self._axes
        return round(float(left)), round(float(top))

    def cover(self, draw: Callable[[Pixels], object], colour: Array) -> Pixels:
        """The picture with a cloth of this colour, a little shaded and woven, wherever `draw` draws."""
        mask = np.zeros(self.pixels.shape[:2], np.uint8)
        draw(mask)
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.2)[..., np.newaxis] / 255
        light = cv2.GaussianBlur(self.pixels.mean(axis=2), (0, 0), 25)[..., np.newaxis]
        weave = np.random.default_rng(0).normal(0, 4, light.shape)
        cloth = np.clip(colour * np.clip(light / max(light.mean(), 1), 0.6, 1.4) + weave, 0, 255)
        return np.asarray(self.pixels * (1 - soft) + cloth * soft, np.uint8)

    def _colour(self, place: Array) -> Array:
        x, y = (max(8, round(float(value))) for value in place)
        return np.asarray(self.pixels[y - 8 : y + 8, x - 8 : x + 8].reshape(-1, 3).mean(axis=0), np.float64)


def mask(layout: Layout, colour: Array) -> Pixels:
    """A cloth over nose and mouth."""
    outline = [(0, 0.4), (0.95, 0.75), (0.85, 1.4), (0.4, 1.95), (-0.4, 1.95), (-0.85, 1.4), (-0.95, 0.75)]
    corners = np.array([layout.at(x, y) for x, y in outline], np.int32)
    return layout.cover(lambda ground: cv2.fillPoly(ground, [corners], (255,)), colour)


def sunglasses(layout: Layout) -> Pixels:
    """Dark glasses."""

    def draw(ground: Pixels) -> None:
        for x in (-0.5, 0.5):
            cv2.circle(ground, layout.at(x, 0.05), round(0.38 * layout.unit), (255,), -1)
        cv2.line(ground, layout.at(-1.4, -0.1), layout.at(1.4, -0.1), (255,), round(0.07 * layout.unit))

    return layout.cover(draw, np.array([18.0, 16, 15]))


def hand(layout: Layout) -> Pixels:
    """Four fingers over the mouth, in the colour of the skin."""

    def draw(ground: Pixels) -> None:
        for finger in range(4):
            y = 0.85 + 0.26 * finger
            cv2.line(ground, layout.at(-1.0, y + 0.3), layout.at(0.4, y), (255,), round(0.25 * layout.unit))

    return layout.cover(draw, 0.95 * layout.skin)


def phone(layout: Layout) -> Pixels:
    """Something dark over one eye and half of the mouth."""
    corners = np.array([layout.at(x, y) for x, y in ((0.2, -0.2), (1.0, -0.1), (0.9, 1.4), (0.1, 1.3))], np.int32)
    return layout.cover(lambda ground: cv2.fillPoly(ground, [corners], (255,)), np.array([30.0, 28, 27]))


def glasses(layout: Layout) -> Pixels:
    """Thin glasses, which cover nothing."""
    pixels = layout.pixels.copy()
    for x in (-0.5, 0.5):
        cv2.circle(pixels, layout.at(x, 0.05), round(0.36 * layout.unit), (30, 25, 25), 3, cv2.LINE_AA)
    return pixels


COVERS: dict[str, Callable[[Layout], Pixels]] = {
    "blue mask": lambda layout: mask(layout, np.array([190.0, 160, 110])),
    "black mask": lambda layout: mask(layout, np.array([35.0, 33, 32])),
    "mask of skin colour": lambda layout: mask(layout, layout.skin),
    "sunglasses": sunglasses,
    "hand": hand,
    "phone": phone,
}
HARMLESS: dict[str, Callable[[Layout], Pixels]] = {
    "nothing": lambda layout: layout.pixels,
    "glasses": glasses,
    "blur": lambda layout: cv2.GaussianBlur(layout.pixels, (0, 0), 3),
    "darkness": lambda layout: (layout.pixels * 0.35).astype(np.uint8),
    "smallness": lambda layout: cv2.resize(layout.pixels, (110, 110), interpolation=cv2.INTER_AREA),
}
