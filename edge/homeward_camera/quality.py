"""How good a face's picture is for recognition: 0 (useless) to 1, from size, sharpness, pose and light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from homeward_camera.faces import Face
from homeward_camera.pictures import Picture

SIDE = 112  # pixels: what face recognition looks at
SMALL, LARGE = 24.0, 112.0  # px, the shorter side: useless, and no better for being larger
BLURRED, SHARP = 0.02, 0.22  # standard deviation of the detail as a share of that of the brightness
DARK, BRIGHT = 30.0, 225.0  # mean brightness at which nothing is left to see
ROOM = 45.0  # brightness within which it falls from full to none
FLAT, CONTRASTY = 8.0, 35.0  # standard deviation of the brightness
LEAST = 0.05  # no factor alone says that a picture is worthless


@dataclass(frozen=True)
class Quality:
    """Each factor 0 to 1."""

    size: float
    sharpness: float
    pose: float
    light: float
    sureness: float

    @property
    def score(self) -> float:
        """The geometric mean, pose and size twice: what is missing in one can't be made up for by another."""
        factors = (self.size, self.size, self.pose, self.pose, self.sharpness, self.light, self.sureness)
        return float(np.prod([max(factor, LEAST) for factor in factors]) ** (1 / len(factors)))


def measure(picture: Picture, face: Face) -> Quality:
    """The quality of a face of the picture."""
    left, top = max(round(face.x), 0), max(round(face.y), 0)
    right, bottom = max(round(face.x + face.width), 0), max(round(face.y + face.height), 0)
    seen = picture[top:bottom, left:right]
    if not seen.size:
        return Quality(0, 0, 0, 0, 0)
    grey = cv2.cvtColor(cv2.resize(seen, (SIDE, SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0)  # noise is no detail
    return Quality(
        size=_ramp(face.shorter_side, SMALL, LARGE),
        sharpness=_sharpness(smooth),
        pose=_pose(face),
        light=_light(smooth),
        sureness=_ramp(face.score, 0.5, 0.9),
    )


def _sharpness(grey: cv2.typing.MatLike) -> float:
    detail = grey - cv2.GaussianBlur(grey, (0, 0), 3.0)
    return _ramp(float(detail.std()) / max(float(grey.std()), 1.0), BLURRED, SHARP)


def _light(grey: cv2.typing.MatLike) -> float:
    mean = float(grey.mean())
    exposure = min(_ramp(mean, DARK, DARK + ROOM), 1 - _ramp(mean, BRIGHT - ROOM, BRIGHT))
    return exposure * _ramp(float(grey.std()), FLAT, CONTRASTY)


def _pose(face: Face) -> float:
    """How frontal: the nose between the eyes, and between the eyes and the mouth."""
    eyes, mouth, nose = face.points[:2].mean(axis=0), face.points[3:].mean(axis=0), face.points[2]
    across = face.points[1] - face.points[0]
    apart = float(np.linalg.norm(across))
    down = mouth - eyes
    tall = float(np.linalg.norm(down))
    if apart < 1 or tall < 1:
        return 0.0
    turned = abs(float((nose - (eyes + mouth) / 2) @ across)) / apart**2  # 0 frontal, 0.5 in profile
    nodded = abs(float((nose - eyes) @ down) / tall**2 - 0.55)  # 0 frontal, 0.4 up or down
    narrow = apart / max(face.width, 1.0)  # 0.45 frontal, less in profile
    return (1 - _ramp(turned, 0.06, 0.45)) * (1 - _ramp(nodded, 0.12, 0.45)) * _ramp(narrow, 0.1, 0.36)


def _ramp(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)
