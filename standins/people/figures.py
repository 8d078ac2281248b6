"""Putting a person into a picture: a drawn body to the lower border, and the head of a portrait on it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from standins.people.cutout import Mask, head_mask
from standins.people.faces import Box
from standins.people.generator import Picture
from standins.people.portraits import Portrait
from standins.people.scenes import Colour

CLOTHES: tuple[Colour, ...] = (
    (60, 40, 30), (110, 60, 40), (40, 40, 140), (60, 90, 50), (150, 150, 155), (35, 90, 150), (90, 50, 90),
)  # fmt: skip
MAX_TILT = 6.0  # degrees


def paint_person(picture: Picture, portrait: Portrait, target: Box, rng: np.random.Generator) -> None:
    """Paint the person so that the face lies in the target box; the head is tilted and perhaps mirrored."""
    source, face = portrait.picture, portrait.face.box
    if rng.random() < 0.5:
        source = cv2.flip(source, 1).astype(np.uint8)
        face = Box(source.shape[1] - face.x - face.width, face.y, face.width, face.height)
    _paint_body(picture, target, CLOTHES[int(rng.integers(len(CLOTHES)))], _skin(source, face))
    _paint_head(picture, source, face, target, rng.uniform(-MAX_TILT, MAX_TILT))


def fitted(portrait: Portrait, centre_x: float, top: float, height: float) -> Box:
    """The box of that height with the proportions of the portrait's face."""
    face = portrait.face.box
    wide = height * face.width / face.height
    return Box(centre_x - wide / 2, top, wide, height)


def _skin(source: Picture, face: Box) -> Colour:
    """The middle colour of the lower face."""
    x, y = int(face.x + face.width / 2), int(face.y + face.height * 0.72)
    around = source[y - 20 : y + 20, int(x - face.width / 4) : int(x + face.width / 4)].reshape(-1, 3)
    blue, green, red = (int(v) for v in np.median(around, axis=0))
    return blue, green, red


def _paint_head(picture: Picture, source: Picture, face: Box, target: Box, tilt: float) -> None:
    scale = target.height / face.height
    middle = (face.x + face.width / 2, face.y + face.height / 2)
    move = cv2.getRotationMatrix2D(middle, tilt, scale)
    move[0, 2] += target.x + target.width / 2 - middle[0]
    move[1, 2] += target.y + target.height / 2 - middle[1]
    # Shrinking must not make jagged edges.
    smooth = cv2.GaussianBlur(source, (0, 0), max(0.5 / scale - 0.4, 0.1)).astype(np.float32)
    size = picture.shape[1::-1]
    _blend(
        picture,
        cv2.warpAffine(smooth, move, size).astype(np.float32),
        cv2.warpAffine(head_mask(source, face), move, size).astype(np.float32),
    )


def _paint_body(picture: Picture, face: Box, clothes: Colour, skin: Colour) -> None:
    """A neck, and shoulders and arms down to the lower border, in proportion to the face."""
    x, chin = face.x + face.width / 2, face.y + face.height
    wide, high = face.width, face.height

    def area(points: list[tuple[float, float]], soft: float) -> Mask:
        """The outline given for the right half, in face widths beside and heights below the chin, and its mirror."""
        right = [(x + dx * wide, chin + dy * high) for dx, dy in points]
        left = [(x - dx * wide, chin + dy * high) for dx, dy in reversed(points)]
        mask = np.zeros(picture.shape[:2], np.float32)
        cv2.fillPoly(mask, [np.array(right + left).round().astype(np.int32)], 1.0)
        return cv2.GaussianBlur(mask, (0, 0), max(soft * wide, 0.5)).astype(np.float32)

    floor = (picture.shape[0] - chin) / high + 1
    neck = area([(0.34, -0.3), (0.34, 0.0), (0.5, 0.3)], 0.03)
    torso = area([(0.3, 0.06), (0.6, 0.14), (1.3, 0.32), (1.5, 0.5), (1.68, 1.6), (1.7, floor)], 0.03)
    inner = area([(1.1, 1.1), (1.15, floor)], 0.12)
    shade = 1 - 0.12 * (1 - inner) - 0.35 * np.linspace(0, 1, picture.shape[0], dtype=np.float32)[:, np.newaxis]
    _blend(picture, np.array(skin, np.float32) * np.full((*picture.shape[:2], 1), 0.8, np.float32), neck)
    _blend(picture, np.array(clothes, np.float32) * shade[..., np.newaxis], torso)


def _blend(picture: Picture, drawn: NDArray[np.float32], share: Mask) -> None:
    part = share[..., np.newaxis]
    picture[:] = (drawn * part + picture * (1 - part)).clip(0, 255).astype(np.uint8)
