from __future__ import annotations

from math import cos, radians, sin
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from standins.rekognition import quality as quality_module
from standins.rekognition.faces import Face
from standins.rekognition.quality import BARS, Pose, Quality, measure, pose, reasons_against

# A mean head seen from the front (x right, y down, z towards the camera), eyes' half distance 1.
HEAD = np.array([[-1, -1.1, 0], [1, -1.1, 0], [0, 0, 0.84], [-0.8, 0.97, 0], [0.8, 0.97, 0]])


def seen(yaw: float = 0, pitch: float = 0, roll: float = 0) -> Face:
    """The head's landmarks after turning it: nose to the picture's right, chin up, clockwise; degrees."""
    y, p, r = radians(yaw), radians(pitch), radians(roll)
    turn_y = np.array([[cos(y), 0, sin(y)], [0, 1, 0], [-sin(y), 0, cos(y)]])
    turn_p = np.array([[1, 0, 0], [0, cos(p), -sin(p)], [0, sin(p), cos(p)]])
    turn_r = np.array([[cos(r), -sin(r), 0], [sin(r), cos(r), 0], [0, 0, 1]])
    points = HEAD @ (turn_r @ turn_p @ turn_y).T
    return Face((0, 0, 200, 250), (points[:, :2] * 50 + 200).astype(np.float32), 0.9)


@pytest.mark.parametrize("angle", [-50, -20, 0, 20, 50])
def test_yaw_and_roll_follow_the_head(angle: float) -> None:
    assert pose(seen(yaw=angle)).yaw == pytest.approx(angle, abs=2)
    assert pose(seen(roll=angle)).roll == pytest.approx(angle, abs=0.1)
    assert pose(seen(yaw=30, roll=angle)).yaw == pytest.approx(30, abs=2)


def test_pitch_follows_the_head() -> None:
    angles = [pose(seen(pitch=angle)).pitch for angle in (-30, -15, 0, 15, 30)]
    assert angles == sorted(angles)
    assert angles == pytest.approx([-30, -15, 0, 15, 30], abs=6)


@pytest.fixture
def drawn() -> NDArray[np.uint8]:
    """Something like an aligned face: large shapes and fine lines."""
    picture = np.full((112, 112, 3), 150, np.uint8)
    cv2.circle(picture, (56, 60), 40, (190, 200, 220), -1)
    for x in (38, 74):
        cv2.circle(picture, (x, 52), 5, (40, 30, 20), -1)
        for line in range(5):
            cv2.line(picture, (x - 8, 40 + line), (x + 8, 38 + line * 2), (60 + 20 * line, 60, 50), 1)
    cv2.ellipse(picture, (56, 92), (15, 4), 0, 0, 360, (90, 80, 190), -1)
    return picture


def sharpness(aligned: NDArray[np.uint8]) -> float:
    return measure(seen(), aligned).sharpness


def test_sharpness_falls_with_every_step_of_blur(drawn: NDArray[np.uint8]) -> None:
    steps = [sharpness(drawn)] + [
        sharpness(cv2.GaussianBlur(drawn, (0, 0), sigma).astype(np.uint8)) for sigma in (1, 2, 3, 4, 6, 8)
    ]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > 90
    assert steps[-1] < 10


def test_darkness_and_compression_are_no_change_of_sharpness(drawn: NDArray[np.uint8]) -> None:
    for sigma in (0.5, 2, 4):
        blurred = cv2.GaussianBlur(drawn, (0, 0), sigma).astype(np.uint8)
        dark = (blurred * 0.2).astype(np.uint8)
        packed = cv2.imdecode(cv2.imencode(".jpg", blurred, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_COLOR)
        for changed in (dark, packed.astype(np.uint8)):
            assert sharpness(changed) == pytest.approx(sharpness(blurred), abs=8)


def test_brightness_falls_with_the_light_and_not_with_blur(drawn: NDArray[np.uint8]) -> None:
    steps = [measure(seen(), (drawn * share).astype(np.uint8)).brightness for share in (1, 0.7, 0.5, 0.2, 0.1, 0.05)]
    assert steps == sorted(steps, reverse=True)
    assert steps[3] == pytest.approx(steps[0] / 5, abs=1)
    blurred = cv2.GaussianBlur(drawn, (0, 0), 3).astype(np.uint8)
    assert measure(seen(), blurred).brightness == pytest.approx(steps[0], abs=3)


def quality(**changes: float) -> Quality:
    values = {"brightness": 80.0, "sharpness": 90.0, "confidence": 94.0, "side": 200.0, **changes}
    angles = {name: values.pop(name, 0.0) for name in ("roll", "yaw", "pitch")}
    return Quality(**values, pose=Pose(**angles))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"brightness": 5.0}, "LOW_BRIGHTNESS"),
        ({"sharpness": 5.0}, "LOW_SHARPNESS"),
        ({"confidence": 61.0}, "LOW_CONFIDENCE"),
        ({"side": 20.0}, "SMALL_BOUNDING_BOX"),
        ({"yaw": -80.0}, "EXTREME_POSE"),
        ({"pitch": 80.0}, "EXTREME_POSE"),
    ],
)
def test_each_fault_has_its_reason(changes: dict[str, float], reason: str) -> None:
    for level in ("LOW", "AUTO", "MEDIUM", "HIGH"):
        assert reasons_against(quality(**changes), level) == [reason]
    assert reasons_against(quality(**changes), "NONE") == []


def test_a_good_face_passes_every_bar_and_roll_is_no_fault() -> None:
    for level in ("NONE", "LOW", "AUTO", "MEDIUM", "HIGH"):
        assert reasons_against(quality(roll=90), level) == []


def test_a_higher_bar_never_takes_what_a_lower_one_refuses() -> None:
    for side in range(10, 120, 5):
        refused = [bool(reasons_against(quality(side=side), level)) for level in ("LOW", "AUTO", "MEDIUM", "HIGH")]
        assert refused == sorted(refused)


def test_the_readme_tells_the_bars() -> None:
    readme = Path(quality_module.__file__).with_name("README.md").read_text()
    for name, bar in BARS.items():
        if bar is not None:
            values = f"{bar.confidence:g} | {bar.brightness:g} | {bar.sharpness:g} | {bar.angle:g}° | {bar.side:g} px"
            assert f"| {name} | {values} |" in readme
