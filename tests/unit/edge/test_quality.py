"""Quality goes down with everything that makes recognition harder."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from homeward_camera.faces import Face
from homeward_camera.pictures import Picture
from homeward_camera.quality import Quality, measure

FRONTAL = np.array([(0.3, 0.4), (0.7, 0.4), (0.5, 0.62), (0.35, 0.8), (0.65, 0.8)], np.float32)
TURNED = np.array([(0.55, 0.4), (0.75, 0.4), (0.85, 0.6), (0.55, 0.8), (0.72, 0.8)], np.float32)
NODDING = np.array([(0.3, 0.5), (0.7, 0.5), (0.5, 0.82), (0.35, 0.85), (0.65, 0.85)], np.float32)


def face(side: float = 150, points: np.ndarray = FRONTAL, score: float = 0.95) -> Face:
    return Face(20, 20, side, side * 1.2, score, points * np.float32([side, side * 1.2]) + 20)


@pytest.fixture
def picture() -> Picture:
    """Something with edges of many sizes, as a face has."""
    rng, canvas = np.random.default_rng(1), np.full((240, 240, 3), 150, np.uint8)
    for _ in range(60):
        x, y, radius, shade = (int(v) for v in rng.integers((0, 0, 3, 60), (240, 240, 16, 200)))
        cv2.circle(canvas, (x, y), radius, (shade, shade, shade), -1)
    return canvas


def blurred(picture: Picture) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 8), np.uint8)


def dark(picture: Picture) -> Picture:
    return np.asarray(picture * 0.15, np.uint8)


def washed_out(picture: Picture) -> Picture:
    return np.asarray(230 + picture * 0.1, np.uint8)


def flat(picture: Picture) -> Picture:
    return np.asarray(120 + picture * 0.05, np.uint8)


def test_a_large_sharp_frontal_face_in_good_light_is_good(picture: Picture) -> None:
    assert measure(picture, face()).score > 0.85


@pytest.mark.parametrize("spoil", [blurred, dark, washed_out, flat])
def test_a_spoilt_picture_is_worse(picture: Picture, spoil: object) -> None:
    assert measure(spoil(picture), face()).score < measure(picture, face()).score - 0.15  # type: ignore[operator]


@pytest.mark.parametrize("points", [TURNED, NODDING])
def test_a_head_that_turns_away_is_worse(picture: Picture, points: np.ndarray) -> None:
    assert measure(picture, face(points=points)).pose < measure(picture, face()).pose / 2


def test_a_smaller_or_less_sure_face_is_worse(picture: Picture) -> None:
    scores = [measure(picture, face(side)).size for side in (25, 50, 80, 112)]
    assert scores == sorted(scores)
    assert len(set(scores)) == 4
    assert measure(picture, face(score=0.7)).score < measure(picture, face()).score


@pytest.mark.parametrize("at", [(500, 500), (-300, -300)])
def test_a_face_outside_the_picture_is_worth_nothing(picture: Picture, at: tuple[int, int]) -> None:
    outside = Face(*at, 50, 60, 0.9, FRONTAL)
    assert measure(picture, outside) == Quality(0, 0, 0, 0, 0)


def test_a_picture_without_any_contrast_has_a_number(picture: Picture) -> None:
    assert 0 < measure(np.full_like(picture, 128), face()).score < 0.75
