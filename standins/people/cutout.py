"""Cutting a head out of a portrait, so that it can be put into another picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from standins.people.faces import Box
from standins.people.generator import Picture

Mask = NDArray[np.float32]  # height x width, 0 (background) to 1 (person)
WORKING_SIZE = 224  # pixels a side while segmenting; quick, and the edge is blurred anyway
ROUNDS = 3


def head_mask(picture: Picture, face: Box) -> Mask:
    """Which pixels of a portrait belong to the head with that face: hair, face, and the neck fading out."""
    size = picture.shape[0]
    return np.asarray(_person_mask(picture, face) * _rounding(size, face) * _neck_fade(size, face), np.float32)


def _person_mask(picture: Picture, face: Box) -> Mask:
    """The person, by GrabCut, feathered."""
    scale = WORKING_SIZE / picture.shape[0]
    small = cv2.resize(picture, (WORKING_SIZE, WORKING_SIZE), interpolation=cv2.INTER_AREA)
    labels = np.full(small.shape[:2], cv2.GC_BGD, np.uint8)
    middle = (int((face.x + face.width / 2) * scale), int((face.y + face.height * 0.45) * scale))
    wide, high = int(face.width * scale), int(face.height * scale)
    shoulders = np.array(
        [
            (middle[0] - wide // 3, middle[1] + high // 2),
            (middle[0] + wide // 3, middle[1] + high // 2),
            (WORKING_SIZE, WORKING_SIZE - high // 4),
            (WORKING_SIZE, WORKING_SIZE),
            (0, WORKING_SIZE),
            (0, WORKING_SIZE - high // 4),
        ]
    )
    cv2.fillPoly(labels, [shoulders], int(cv2.GC_PR_FGD))
    cv2.ellipse(labels, middle, (int(wide * 0.85), int(high * 0.85)), 0, 0, 360, int(cv2.GC_PR_FGD), -1)
    cv2.ellipse(labels, middle, (int(wide * 0.45), int(high * 0.5)), 0, 0, 360, int(cv2.GC_FGD), -1)
    cv2.setRNGSeed(0)  # GrabCut starts from random clusters; the same portrait must give the same mask
    cv2.grabCut(small, labels, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), ROUNDS, cv2.GC_INIT_WITH_MASK)
    person = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    closed = cv2.morphologyEx(person, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)).astype(np.uint8)
    soft = cv2.GaussianBlur(_piece_at(opened, middle), (0, 0), 2.0)
    full = cv2.resize(soft, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(full * 1.4 - 0.4, 0, 1), np.float32)


def _piece_at(person: NDArray[np.uint8], point: tuple[int, int]) -> Mask:
    """Only the connected piece at the point (x, y): no leftovers of the portrait's background."""
    _, pieces = cv2.connectedComponents(person)
    return np.asarray(pieces == pieces[point[1], point[0]], np.float32)


def _rounding(size: int, face: Box) -> Mask:
    """A soft ellipse around the head: hair that the portrait's border cuts off gets a round outline."""
    x, y = face.x + face.width / 2, face.y + face.height * 0.45
    aside = min(x, size - x)
    wide = min(face.width, aside) if aside > face.width * 0.65 else face.width
    rows, columns = np.mgrid[0:size, 0:size]
    # Below the middle nothing is rounded: there the neck fades out.
    up = np.minimum((rows - y) / min(face.height * 0.95, y), 0)
    return np.asarray(np.clip((1 - np.hypot((columns - x) / wide, up)) * 12, 0, 1), np.float32)


def _neck_fade(size: int, face: Box) -> Mask:
    """1 down to the chin, falling to 0 where a drawn collar begins; one column of numbers."""
    rows = np.arange(size, dtype=np.float32)
    fade = np.clip(1 - (rows - face.y - face.height * 0.98) / (face.height * 0.14), 0, 1)
    return np.asarray(fade, np.float32)[:, np.newaxis]
