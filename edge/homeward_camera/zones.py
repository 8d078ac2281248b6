"""Where in the picture faces count."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from homeward_camera.pictures import Picture


class Zones:
    """Polygons in fractions of the picture's width and height; without any, the whole picture."""

    def __init__(self, polygons: Sequence[Sequence[tuple[float, float]]]) -> None:
        self._polygons = [np.array(polygon, np.float32) for polygon in polygons]

    def hold(self, point: tuple[float, float], picture: Picture) -> bool:
        """Whether the point (x, y in px) is in one of them."""
        height, width = picture.shape[:2]
        where = (point[0] / width, point[1] / height)
        return not self._polygons or any(cv2.pointPolygonTest(one, where, False) >= 0 for one in self._polygons)

    def draw(self, picture: Picture, colour: tuple[int, int, int]) -> None:
        """Paint their outlines."""
        size = np.array(picture.shape[1::-1], np.float32)
        for polygon in self._polygons:
            cv2.polylines(picture, [(polygon * size).astype(np.int32)], isClosed=True, color=colour, thickness=2)
