"""Where the bytes of an image come from: a file, a drawing, a drawn face, or what somebody handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from standins.namus import drawings, faces
from standins.namus.records import Photo


@dataclass(frozen=True)
class Picture:
    """Width and height, 32 hexadecimal digits that change when it is replaced, and what makes or reads its bytes.

    `data` raises OSError when the picture's file is gone.
    """

    size: tuple[int, int]
    key: str
    data: Callable[[], bytes]


def filed(photo: Photo) -> Picture:
    """A photo of the folder of people."""
    return Picture((photo.width, photo.height), photo.sha256[:32], photo.path.read_bytes)


def drawn(kind: str, seed: int) -> Picture:
    """A picture that shows no face: a map, a signature, ..."""
    size = (drawings.WIDTH, drawings.HEIGHT)
    return Picture(size, hexadecimal(kind, seed), partial(drawings.drawing, kind, seed))


def portrayed(seed: int, suffix: str) -> Picture:
    """A drawn face; the suffix is .jpg or .png."""
    return Picture(faces.face_size(seed), hexadecimal("face", seed), partial(faces.face, seed, suffix))


def given(content: bytes) -> Picture | None:
    """A picture that was handed in, or None when the bytes are none that OpenCV can read."""
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if picture is None:
        return None
    height, width = picture.shape[:2]
    return Picture((width, height), hashlib.sha256(content).hexdigest()[:32], lambda: content)


def hexadecimal(*words: object) -> str:
    """32 hexadecimal digits that depend on the words alone."""
    return hashlib.sha256(":".join(map(str, words)).encode()).hexdigest()[:32]
