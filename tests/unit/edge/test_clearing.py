"""Only dark, noisy crops are changed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from homeward_camera.clearing import MEAN, cleared
from homeward_camera.pictures import Picture


@pytest.fixture
def picture() -> Picture:
    canvas = np.full((200, 160, 3), 90, np.uint8)
    cv2.circle(canvas, (80, 90), 50, (180, 190, 200), -1)
    cv2.circle(canvas, (60, 80), 8, (30, 30, 30), -1)
    cv2.circle(canvas, (100, 80), 8, (30, 30, 30), -1)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), 1.5), np.uint8)


def night(picture: Picture) -> Picture:
    noise = np.random.default_rng(0).normal(0, 8, picture.shape)
    return np.asarray((picture * 0.2 + noise).clip(0, 255), np.uint8)


def test_a_clear_picture_stays_as_it_is(picture: Picture) -> None:
    assert cleared(picture) is None


def test_a_noisy_one_gets_bright_and_closer_to_what_was_there(picture: Picture) -> None:
    seen = night(picture)
    better = cleared(seen)
    assert better is not None
    assert better.shape == seen.shape
    assert float(better.mean()) == pytest.approx(MEAN, rel=0.1)

    def away(one: Picture) -> float:
        same = one * (picture.mean() / max(one.mean(), 1))
        return float(np.abs(same - picture).mean())

    assert away(better) < away(seen) / 2


@pytest.mark.parametrize("value", [0, 255])
def test_nothing_to_see_is_no_error(value: int) -> None:
    assert cleared(np.full((80, 80, 3), value, np.uint8)) is None
