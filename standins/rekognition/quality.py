"""How good a face is: brightness, sharpness and pose, measured; and the quality bars that follow from them.

* Brightness is the 95th percentile of the aligned face's grey values, as a share of white. The brightest parts of a
  face tell the exposure; the mean would tell the colour of the skin.
* Sharpness compares the energy of the fine detail with that of the whole: r = var(Laplacian) / var(grey) on the
  aligned 112 x 112 face, told as 100 (1 - exp(-r / 0.0064)). Contrast and exposure cancel out; the face is smoothed by
  a pixel first, so that neither rounding in the dark nor JPEG blocks count as detail.
* Pose comes from the five landmarks, see `pose`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, atan2, cos, degrees, exp, sin

import cv2
import numpy as np

from standins.rekognition.faces import Face
from standins.rekognition.images import Pixels

_SMOOTHED = 1.0  # pixels of the aligned face
_SHARPNESS_SCALE = 0.0064
_ALIGN_MARGIN = 4  # the cut's border may lie outside the picture and would count as an edge
# A mean face, in units of half the distance of the eyes' centres: how far the nose tip stands out from their plane,
# how far it lies below their line as a share of the distance to the mouth, and how that share changes with the tangent.
_NOSE_DEPTH = 0.84
_NOSE_SHARE, _NOSE_SHARE_CHANGE = 0.53, 0.41


@dataclass(frozen=True)
class Pose:
    """Degrees. Roll: clockwise in the picture; yaw: the nose towards the picture's right; pitch: chin up."""

    roll: float
    yaw: float
    pitch: float


@dataclass(frozen=True)
class Quality:
    """Brightness and sharpness 0 to 100, confidence (the detector's score) 0 to 100, `side` in pixels."""

    brightness: float
    sharpness: float
    confidence: float
    side: float
    pose: Pose


@dataclass(frozen=True)
class Bar:
    """What a face must reach, or not exceed in case of `angle` (yaw and pitch)."""

    confidence: float
    brightness: float
    sharpness: float
    angle: float
    side: float


# What `python -m benchmarks.quality` measures: below LOW half to three quarters of the pairs of the same person are
# missed at 99, between LOW and AUTO a quarter to a half, above MEDIUM hardly more than of clear faces. Confidence is
# barred lower than that rule would, and pose only where landmarks begin to fail: turned heads have less confidence, and
# they are matched.
BARS: dict[str, Bar | None] = {
    "NONE": None,
    "LOW": Bar(confidence=70, brightness=7, sharpness=15, angle=75, side=24),
    "AUTO": Bar(confidence=75, brightness=10, sharpness=20, angle=60, side=32),
    "MEDIUM": Bar(confidence=80, brightness=15, sharpness=40, angle=45, side=48),
    "HIGH": Bar(confidence=85, brightness=40, sharpness=60, angle=30, side=80),
}


def measure(face: Face, aligned: Pixels) -> Quality:
    """The quality of a face and its aligned 112 x 112 cut."""
    grey = cv2.cvtColor(aligned, cv2.COLOR_BGR2GRAY).astype(np.float32)
    inner = slice(_ALIGN_MARGIN, -_ALIGN_MARGIN)
    fine = cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), _SMOOTHED), cv2.CV_32F)
    detail = float(fine[inner, inner].var()) / max(float(grey[inner, inner].var()), 1.0)
    return Quality(
        brightness=float(np.percentile(grey, 95)) / 2.55,
        sharpness=100 * (1 - exp(-detail / _SHARPNESS_SCALE)),
        confidence=100 * face.score,
        side=max(face.box[2:]),
        pose=pose(face),
    )


def pose(face: Face) -> Pose:
    """Roll is the slope of the eyes' line. In that line's frame, with e half the eyes' distance:

    yaw = atan(x / (0.84 e)), x how far the nose lies from the eyes' middle;
    pitch = atan((0.53 - n / m) / 0.41), n and m how far nose and mouth lie below the eyes' line.
    """
    eyes = face.landmarks[:2].astype(float)
    across = eyes[1] - eyes[0]
    roll = atan2(across[1], across[0])
    turn = np.array([[cos(roll), sin(roll)], [-sin(roll), cos(roll)]])
    nose, mouth = (turn @ (point - eyes.mean(axis=0)) for point in (face.landmarks[2], face.landmarks[3:].mean(axis=0)))
    half = max(float(np.hypot(*across)) / 2, 1e-6)
    share = nose[1] / max(mouth[1], 1e-6)
    return Pose(
        roll=degrees(roll),
        yaw=degrees(atan(nose[0] / (_NOSE_DEPTH * half))),
        pitch=degrees(atan((_NOSE_SHARE - share) / _NOSE_SHARE_CHANGE)),
    )


def reasons_against(quality: Quality, quality_filter: str) -> list[str]:
    """Why a face stays below the bar of a QualityFilter, in the words of UnindexedFaces; empty when it passes."""
    bar = BARS[quality_filter]
    if bar is None:
        return []
    failed = {
        "LOW_CONFIDENCE": quality.confidence < bar.confidence,
        "SMALL_BOUNDING_BOX": quality.side < bar.side,
        "LOW_BRIGHTNESS": quality.brightness < bar.brightness,
        "LOW_SHARPNESS": quality.sharpness < bar.sharpness,
        "EXTREME_POSE": max(abs(quality.pose.yaw), abs(quality.pose.pitch)) > bar.angle,
    }
    return [reason for reason, is_so in failed.items() if is_so]
