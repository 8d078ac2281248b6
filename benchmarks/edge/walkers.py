"""A person who does not exist, walking: a head on a drawn body, turned, tilted and as large as is near."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from standins.people.cutout import head_mask
from standins.people.figures import CLOTHES
from standins.people.generator import Picture
from standins.people.portraits import Portrait

HEAD = 320  # pixels a side of the cut-out head: no head is painted larger
MOST_TURN, MOST_TILT = 35.0, 6.0  # degrees
STEP_SECONDS = 0.55
REACH = 1.3  # of the face's height: what is painted of the head, on each side of its middle


@dataclass(frozen=True)
class Head:
    """A portrait's head without its background, HEAD pixels a side, with the face in its middle."""

    number: int
    picture: NDArray[np.float32]
    mask: NDArray[np.float32]
    face: tuple[float, float]  # width and height
    skin: tuple[int, int, int]

    @classmethod
    def of(cls, portrait: Portrait) -> Head:
        """Cut it out."""
        box, picture = portrait.face.box, portrait.picture
        scale = HEAD / (2 * REACH * box.height)
        move = np.array(
            [
                [scale, 0, HEAD / 2 - scale * (box.x + box.width / 2)],
                [0, scale, HEAD / 2 - scale * (box.y + box.height / 2)],
            ]
        )
        smooth = cv2.GaussianBlur(picture, (0, 0), max(0.5 / scale - 0.4, 0.1))
        drawn = cv2.warpAffine(smooth, move, (HEAD, HEAD), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
        mask = cv2.warpAffine(head_mask(picture, box), move, (HEAD, HEAD)).astype(np.float32)
        cheek = drawn[HEAD // 2 + 20 : HEAD // 2 + 40, HEAD // 2 - 30 : HEAD // 2 + 30].reshape(-1, 3)
        blue, green, red = (int(value) for value in np.median(cheek, axis=0))
        return cls(portrait.number, drawn, mask, (box.width * scale, box.height * scale), (blue, green, red))


@dataclass(frozen=True)
class Walk:
    """One walk-by: from where to where in how long. Places are the face's middle, in parts of the picture."""

    head: Head
    begins: float  # seconds
    lasts: float
    start: tuple[float, float]
    end: tuple[float, float]
    near: tuple[float, float]  # the face's height in pixels at the start and at the end
    phase: float
    clothes: int

    def at(self, second: float, size: tuple[int, int]) -> Pose | None:
        """How it looks then; None before and afterwards. `size`: the picture's width and height."""
        share = (second - self.begins) / self.lasts
        if not 0 <= share <= 1:
            return None
        high = self.near[0] * (self.near[1] / self.near[0]) ** share  # nearing evenly, a face grows ever faster
        step = 2 * np.pi * (second - self.begins) / STEP_SECONDS
        x = (self.start[0] + (self.end[0] - self.start[0]) * share) * size[0]
        y = (self.start[1] + (self.end[1] - self.start[1]) * share) * size[1] + 0.04 * high * np.sin(step)
        turn = MOST_TURN * np.sin(2 * np.pi * share * self.lasts / 4 + self.phase)
        speed = abs(self.end[0] - self.start[0]) * size[0] / self.lasts
        return Pose(float(x), float(y), float(high), float(turn), MOST_TILT * float(np.sin(step / 2)), float(speed))


@dataclass(frozen=True)
class Pose:
    """Where a face is (its middle, px), how high (px), how far turned and tilted (degrees), how fast (px a second)."""

    x: float
    y: float
    high: float
    turn: float
    tilt: float
    speed: float

    def box(self, head: Head) -> tuple[float, float, float, float]:
        """The face: left, top, width, height."""
        wide = self.high * head.face[0] / head.face[1] * _narrowed(self.turn)
        return self.x - wide / 2, self.y - self.high / 2, wide, self.high


def paint(picture: Picture, walk: Walk, pose: Pose) -> None:
    """Put the person into the picture."""
    _body(picture, pose, CLOTHES[walk.clothes % len(CLOTHES)], walk.head.skin)
    _head(picture, walk.head, pose)


def _narrowed(turn: float) -> float:
    return float(np.cos(np.radians(turn)))


def _head(picture: Picture, head: Head, pose: Pose) -> None:
    side = round(2 * REACH * pose.high)
    left, top = round(pose.x - side / 2), round(pose.y - side / 2)
    scale = side / HEAD
    turn = cv2.getRotationMatrix2D((HEAD / 2, HEAD / 2), pose.tilt, scale)
    turn[:, 2] += side / 2 - HEAD / 2
    # A turned head is narrower, and what is nearer shifts to one side.
    turn[0] = turn[0] * _narrowed(pose.turn) + np.array([0, 0, side / 2 * (1 - _narrowed(pose.turn))])
    turn[0, 1] += 0.12 * scale * np.sin(np.radians(pose.turn))
    turn[0, 2] -= 0.06 * side * np.sin(np.radians(pose.turn))
    drawn = cv2.warpAffine(_thinned(head.picture, scale), turn, (side, side), flags=cv2.INTER_LINEAR)
    mask = cv2.warpAffine(head.mask, turn, (side, side), flags=cv2.INTER_LINEAR)
    rows = slice(max(top, 0), max(min(top + side, picture.shape[0]), 0))
    columns = slice(max(left, 0), max(min(left + side, picture.shape[1]), 0))
    behind = picture[rows, columns]
    if behind.size:
        within = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
        share = mask[within][..., np.newaxis]
        behind[:] = (drawn[within] * share + behind * (1 - share)).clip(0, 255).astype(np.uint8)


def _thinned(picture: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """Blurred as much as it will shrink: no jagged edges."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.5 / scale) if scale < 0.7 else picture, np.float32)


def _body(picture: Picture, pose: Pose, clothes: tuple[int, int, int], skin: tuple[int, int, int]) -> None:
    """Neck, shoulders and all below, in proportion to the face."""
    chin, wide, floor = pose.y + pose.high / 2, pose.high * 0.75, picture.shape[0] + 10

    def outline(points: list[tuple[float, float]]) -> NDArray[np.int32]:
        right = [(pose.x + dx * wide, min(chin + dy * pose.high, floor)) for dx, dy in points]
        left = [(2 * pose.x - x, y) for x, y in reversed(right)]
        return np.array(right + left).round().astype(np.int32)

    cv2.fillConvexPoly(picture, outline([(0.34, -0.3), (0.36, 0.3)]), skin, cv2.LINE_AA)
    cv2.fillPoly(picture, [outline([(0.3, 0.06), (1.2, 0.3), (1.5, 0.6), (1.6, 30.0)])], clothes, cv2.LINE_AA)
