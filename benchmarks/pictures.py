"""Pictures of people who do not exist, and what reads them: our face service's code, and OpenCV's for the same models.

Drawn people resemble each other more than real ones do, so figures about strangers are cautious.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from standins.people.portraits import Portrait, Portraits
from standins.rekognition.faces import FaceReader
from standins.rekognition.images import decode
from standins.rekognition.models import find_models
from standins.rekognition.yunet import MIN_SCORE

Vectors: TypeAlias = NDArray[np.float32]
Read: TypeAlias = Callable[[bytes], Vectors | None]
"""From a picture's bytes to the unit vector of its largest face, None when no face is found."""

FIRST_PERSON = 200_000  # apart from the people whom tests and demonstrations know
FURTHER_PHOTOS = 3
HOME = Path(os.environ.get("HOMEWARD_HOME", ".homeward")) / "benchmarks"


@dataclass(frozen=True)
class Person:
    """Somebody's first photo, and perhaps further ones."""

    first: Portrait
    further: list[Portrait]


def drawn_people(people: int, with_more: int) -> Iterator[Person]:
    """People drawn without any selection, of whom the first `with_more` have further photos. Shows its progress."""
    portraits = Portraits(HOME / "portraits")
    numbers = range(FIRST_PERSON, FIRST_PERSON + people)
    for number in track(numbers, "drawing and reading people", console=Console(stderr=True)):
        variants = range(1, FURTHER_PHOTOS + 1 if number < FIRST_PERSON + with_more else 1)
        first = portraits.get(number)
        if first:
            yield Person(first, [photo for variant in variants if (photo := portraits.get(number, variant))])


def our_code() -> Read:
    """What SearchFacesByImage does with a picture."""
    reader = FaceReader(find_models())

    def read(data: bytes) -> Vectors | None:
        pixels = decode(data).pixels
        face = reader.largest(pixels)
        return None if face is None else reader.embed(reader.aligned(pixels, face))

    return read


def opencv_code() -> Read:
    """OpenCV's detector, alignment and recogniser, put together as its own example does."""
    files = find_models()
    # As sure of a face as we are: its own default, 0.9, would miss some.
    detector = cv2.FaceDetectorYN.create(str(files.detector), "", (320, 320), score_threshold=MIN_SCORE)
    recogniser = cv2.FaceRecognizerSF.create(str(files.embedder), "")

    def read(data: bytes) -> Vectors | None:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert pixels is not None
        detector.setInputSize((pixels.shape[1], pixels.shape[0]))
        rows = detector.detect(pixels)[1]
        if rows is None:
            return None
        largest = max(rows, key=lambda row: float(row[2] * row[3]))
        vector = recogniser.feature(recogniser.alignCrop(pixels, largest))[0]
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    return read


def scaled(data: bytes, side: int, quality: int = 93) -> bytes:
    """The picture as a JPEG with this longer side."""
    pixels = decode(data).pixels
    share = side / max(pixels.shape[:2])
    size = (round(pixels.shape[1] * share), round(pixels.shape[0] * share))
    return jpeg(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), quality)


def as_camera(data: bytes) -> bytes:
    """The picture as a camera would show it: 160 px, blurred, strongly compressed."""
    small = cv2.resize(decode(data).pixels, (160, 160), interpolation=cv2.INTER_AREA)
    return jpeg(cv2.GaussianBlur(small, (0, 0), 0.8), 60)


def jpeg(pixels: cv2.typing.MatLike, quality: int = 93) -> bytes:
    """A JPEG file."""
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
