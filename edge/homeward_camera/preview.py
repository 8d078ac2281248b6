"""A picture to set up zones with, on which nobody can be recognised.

Faces are covered where they are found, a little beyond, and for a while after. Faces that aren't found are small: the
picture is shown so small that theirs are a few pixels.
"""

from __future__ import annotations

import time
from pathlib import Path
from threading import Condition

import cv2
import numpy as np

from homeward_camera.config import Camera
from homeward_camera.faces import WHOLE_VIEWS, Detector, Face
from homeward_camera.pictures import Frame, Picture
from homeward_camera.seen import Seen
from homeward_camera.shots import Shot
from homeward_camera.zones import Zones

SIDE = 480  # pixels of the longer side: a face of 40 in 1920 has ten
CLEAR_SIDE = 960
MIN_SCORE = 0.3  # rather a covered poster than a face in clear
BEYOND = 0.5  # of the face, on each side
COVERED_SECONDS = 1.5  # after the face was last seen there
BLOCKS = 4  # of the mosaic, across a face
GREEN, WHITE = (80, 200, 80), (255, 255, 255)


class Preview:
    """Looks at frames like the other eyes, but sends nothing: it keeps one small picture for the page."""

    def __init__(self, camera: Camera, models: Path | None, *, clear: bool) -> None:
        """`clear`: faces as they are. Raises ModelError."""
        self._camera, self._clear, self._zones = camera, clear, Zones(camera.zones)
        self._detector = Detector(models, WHOLE_VIEWS, MIN_SCORE)
        self._covered: list[tuple[float, Face]] = []
        self._change, self._jpeg, self._number = Condition(), b"", 0

    def see(self, frame: Frame) -> Seen:
        """Make the picture. Raises PictureError."""
        picture = frame.read().copy()
        faces = self._detector.find(picture)
        if not self._clear:
            self._cover(picture, faces)
        self._show(self._drawn(picture, faces))
        return Seen(faces=len(faces))

    def rest(self) -> list[Shot]:
        """Nothing is sent."""
        return []

    def next(self, after: int, seconds: float) -> tuple[int, bytes]:
        """The newest picture's number and JPEG; waits for one after that number."""
        with self._change:
            self._change.wait_for(lambda: self._number > after, seconds)
            return self._number, self._jpeg

    def _cover(self, picture: Picture, faces: list[Face]) -> None:
        now = time.monotonic()
        self._covered = [(at, face) for at, face in self._covered if now - at < COVERED_SECONDS]
        self._covered += [(now, face) for face in faces]
        for _, face in self._covered:
            mosaic(picture, face)

    def _drawn(self, picture: Picture, faces: list[Face]) -> Picture:
        scale = min((CLEAR_SIDE if self._clear else SIDE) / max(picture.shape[:2]), 1.0)
        small = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        self._zones.draw(small, GREEN)
        for face in faces:
            counts = face.shorter_side >= self._camera.min_face and self._zones.hold(face.middle, picture)
            corner = (round(face.x * scale), round(face.y * scale))
            other = (round((face.x + face.width) * scale), round((face.y + face.height) * scale))
            cv2.rectangle(small, corner, other, GREEN if counts else WHITE, 1)
        return small

    def _show(self, picture: Picture) -> None:
        data = cv2.imencode(".jpg", picture)[1].tobytes()
        with self._change:
            self._jpeg, self._number = data, self._number + 1
            self._change.notify_all()


def mosaic(picture: Picture, face: Face) -> None:
    """Cover the face, and as much around it that it isn't known by its outline."""
    left, right = face.x - BEYOND * face.width, face.x + (1 + BEYOND) * face.width
    top, bottom = face.y - BEYOND * face.height, face.y + (1 + BEYOND) * face.height
    area = picture[max(round(top), 0) : max(round(bottom), 0), max(round(left), 0) : max(round(right), 0)]
    if area.size:
        coarse = cv2.resize(area, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
        area[:] = cv2.resize(coarse, area.shape[1::-1], interpolation=cv2.INTER_NEAREST)
