"""Camera pictures: people standing in a drawn place, as an ordinary camera would see them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from standins.people.faces import Box, Face, FaceReader
from standins.people.figures import fitted, paint_person
from standins.people.files import decoded, jpeg
from standins.people.generator import Picture
from standins.people.models import PeopleError
from standins.people.portraits import Portrait
from standins.people.scenes import HEIGHT, WIDTH, draw_place

FACE_HEIGHT = (90, 220)  # pixels
TRIES = 8
MIN_OVERLAP = 0.4  # of a planned face and the detected one


class FrameError(PeopleError):
    """The detector did not find the faces that a camera picture was meant to show."""


@dataclass(frozen=True)
class Shown:
    """One person in a camera picture; box is where the face was put, face what the detector made of it."""

    portrait: Portrait
    box: Box
    face: Face


@dataclass(frozen=True)
class Frame:
    """A camera picture (JPEG, WIDTH x HEIGHT) and who is in it."""

    data: bytes
    shown: list[Shown]


def make_frame(portraits: list[Portrait], place: str, reader: FaceReader, seed: list[int]) -> Frame:
    """Draw the portraits' people into a place until the detector finds each face and no others.

    Raises FrameError after TRIES attempts, each milder (less blur, noise and darkness) than the one before.
    """
    for attempt in range(TRIES):
        rng = np.random.default_rng([*seed, attempt])
        picture = draw_place(place, rng)
        boxes = _place_people(picture, portraits, rng)
        data = _as_camera(picture, rng, strength=1 - attempt / TRIES)
        faces = reader.read(decoded(data))
        if len(faces) == len(boxes) and all(_found(box, faces) for box in boxes):
            return Frame(data, [Shown(p, box, _nearest(box, faces)) for p, box in zip(portraits, boxes, strict=True)])
    raise FrameError(f"the detector does not find people {[p.number for p in portraits]} in a drawn {place}")


def _nearest(box: Box, faces: list[Face]) -> Face:
    return max(faces, key=lambda face: face.box.overlap(box))


def _found(box: Box, faces: list[Face]) -> bool:
    return _nearest(box, faces).box.overlap(box) >= MIN_OVERLAP


def _place_people(picture: Picture, portraits: list[Portrait], rng: np.random.Generator) -> list[Box]:
    """Paint everyone, side by side, the smaller (farther) first; the boxes are in the order of the portraits."""
    slots = rng.permutation(len(portraits))
    wide = WIDTH / max(len(portraits), 1)
    # Neighbours must not cover each other's face: a figure is about 2.5 face heights wide.
    highest = min(FACE_HEIGHT[1], wide / 2.2)
    heights = rng.uniform(FACE_HEIGHT[0], highest, len(portraits))
    boxes = [
        fitted(portrait, _middle(slot, wide, height, rng), rng.uniform(0.12, 0.3) * HEIGHT, height)
        for portrait, slot, height in zip(portraits, slots, heights, strict=True)
    ]
    for index in np.argsort(heights):
        paint_person(picture, portraits[index], boxes[index], rng)
    return boxes


def _middle(slot: int, wide: float, height: float, rng: np.random.Generator) -> float:
    """Where a face is centred: about the middle of its slot, wholly within the picture."""
    return float(np.clip((slot + rng.uniform(0.35, 0.65)) * wide, height, WIDTH - height))


def _as_camera(picture: Picture, rng: np.random.Generator, strength: float) -> bytes:
    """Blur, darken, add noise and compress; strength 1 is an ordinary cheap camera, 0 a perfect one."""
    seen = cv2.GaussianBlur(picture, (0, 0), 0.3 + strength * rng.uniform(0.2, 1.1)).astype(np.float32)
    seen *= 1 - strength * rng.uniform(0.0, 0.45)
    seen += rng.normal(0, 1 + strength * rng.uniform(1, 5), seen.shape)
    return jpeg(seen.clip(0, 255).astype(np.uint8), int(92 - strength * rng.uniform(0, 25)))
