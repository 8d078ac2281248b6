"""The images of items: portraits, and what stands among them without being a face."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from standins.fbi.records import Image, What
from standins.namus.drawings import HEIGHT, WIDTH, jpeg
from standins.namus.pictures import Picture, drawn, hexadecimal, portrayed

SCALES = {"large": 768, "thumb": 128}  # pixels of the longer side
PORTRAITS = ((1, 55), (2, 25), (3, 13), (4, 7))
_COUNTS, _WEIGHTS = zip(*PORTRAITS, strict=True)
_CAPTIONS = (None, None, None, "Photograph taken in 2019", "", "With glasses", "Photograph taken years before")
_CAR_CAPTIONS = (None, "Vehicle similar to the one pictured")  # nothing need say that an image shows a car
_CAR_NAMES = ("hatchback-side.jpg", "pickup-truck.jpg", "sedan-2009.jpg")
_SHEETS = (What.UNIDENTIFIED, What.UNKNOWN_SUSPECT)


def images_of(what: What, rng: random.Random, faces: bool) -> list[Image]:
    """The images of a generated item; one in fifty has none, and in one of fifty the first is no face."""
    if rng.random() < 0.02:
        return []
    shown = [*_portraits(what, rng, faces), *_others(what, rng, faces)]
    if len(shown) > 1 and rng.random() < 0.08:
        shown.insert(0, shown.pop())
    return named(shown)


def named(images: list[Image]) -> list[Image]:
    """The same images with addresses of their own: the first is the item's image, others have file names."""
    names = [None, *(f"{number}-{image.name or 'photo.jpg'}" for number, image in enumerate(images[1:], 2))]
    return [Image(name, image.caption, image.picture) for name, image in zip(names, images, strict=False)]


def car(seed: int) -> Image:
    """A drawn car."""
    rng = random.Random(seed)
    picture = Picture((WIDTH, HEIGHT), hexadecimal("car", seed), partial(_car, seed))
    return Image(rng.choice(_CAR_NAMES), rng.choice(_CAR_CAPTIONS), picture)


def scaled(data: bytes, scale: str) -> bytes:
    """The picture as a JPEG whose longer side is at most that of the scale. Raises ValueError if it is no picture."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not a picture")
    height, width = picture.shape[:2]
    factor = min(SCALES[scale] / max(width, height), 1)
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    return jpeg(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))


def _portraits(what: What, rng: random.Random, faces: bool) -> Iterator[Image]:
    for _ in range(rng.choices(_COUNTS, _WEIGHTS)[0]):
        seed = rng.getrandbits(60)
        if what in _SHEETS:
            yield Image("sketch.jpg", "Facial reconstruction", drawn("sheet", seed))
        else:
            yield Image("photo.jpg", rng.choice(_CAPTIONS), _person(seed, faces))


def _others(what: What, rng: random.Random, faces: bool) -> Iterator[Image]:
    if rng.random() < 0.15:
        yield car(rng.getrandbits(60))
    if rng.random() < 0.06:
        yield Image("tattoo.jpg", rng.choice((None, "Tattoo")), drawn("tattoo", rng.getrandbits(60)))
    if what is What.MISSING and rng.random() < 0.12:
        caption = f"Age-progressed image, {rng.randint(20, 60)} years old"
        yield Image("age-progressed.jpg", caption, _person(rng.getrandbits(60), faces))


def _person(seed: int, faces: bool) -> Picture:
    if faces:
        return portrayed(seed, ".jpg")
    return Picture((WIDTH, HEIGHT), hexadecimal("silhouette", seed), partial(_silhouette, seed))


def _sheet(rng: random.Random) -> NDArray[np.uint8]:
    """A sheet whose top row tells pictures apart that would else be equal."""
    sheet = np.full((HEIGHT, WIDTH, 3), rng.randint(180, 220), np.uint8)
    sheet[:8] = np.frombuffer(rng.randbytes(WIDTH // 8), np.uint8).repeat(8)[:, np.newaxis]
    return sheet


@lru_cache(maxsize=256)
def _silhouette(seed: int) -> bytes:
    sheet = _sheet(random.Random(seed))
    cv2.circle(sheet, (WIDTH // 2, HEIGHT // 2 - 20), 45, (120, 120, 120), -1, cv2.LINE_AA)
    cv2.ellipse(sheet, (WIDTH // 2, HEIGHT), (85, 75), 0, 180, 360, (120, 120, 120), -1, cv2.LINE_AA)
    return jpeg(sheet)


@lru_cache(maxsize=256)
def _car(seed: int) -> bytes:
    rng = random.Random(seed)
    sheet = _sheet(rng)
    paint = tuple(rng.randint(30, 220) for _ in range(3))
    roof = np.array([(90, 110), (125, 70), (200, 70), (240, 110)], np.int32)
    cv2.fillPoly(sheet, [roof], (90, 80, 70), cv2.LINE_AA)
    cv2.rectangle(sheet, (45, 108), (280, 160), paint, -1)
    for x in (95, 230):
        cv2.circle(sheet, (x, 162), 24, (30, 30, 30), -1, cv2.LINE_AA)
        cv2.circle(sheet, (x, 162), 10, (170, 170, 170), -1, cv2.LINE_AA)
    return jpeg(sheet)
