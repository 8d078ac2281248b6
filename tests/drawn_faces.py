"""Pictures of people who do not exist, for every test that needs faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from standins.people.portraits import Portraits


@dataclass(frozen=True)
class Faces:
    """JPEG files of people who do not exist. `portrait(person, variant)`: variant 0 is the first photo."""

    portraits: Portraits

    def portrait(self, person: int, variant: int = 0) -> bytes:
        portrait = self.portraits.get(person, variant)
        assert portrait is not None
        return portrait.data

    def pixels(self, person: int, variant: int = 0, side: int = 640) -> NDArray[np.uint8]:
        picture = self.portraits.get(person, variant)
        assert picture is not None
        return cv2.resize(picture.picture, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8)


def jpeg(pixels: NDArray[Any]) -> bytes:
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def png(pixels: NDArray[Any]) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def group(*pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pictures beside each other on a grey ground."""
    height, gap = max(len(picture) for picture in pictures) + 40, 20
    ground = np.full((height, sum(picture.shape[1] + gap for picture in pictures) + gap, 3), 110, np.uint8)
    left = gap
    for picture in pictures:
        ground[20 : 20 + len(picture), left : left + picture.shape[1]] = picture
        left += picture.shape[1] + gap
    return ground


@pytest.fixture(scope="session")
def faces(request: pytest.FixtureRequest) -> Faces:
    """Drawn once a checkout: the same numbers always give the same pictures."""
    return Faces(Portraits(request.config.cache.mkdir("portraits")))
