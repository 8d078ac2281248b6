"""When a walk-by's best shot is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward_camera.best import CLEARLY, FAIR, GOOD, PATIENCE_SECONDS, SETTLED_SECONDS, Best, Track
from homeward_camera.faces import Face
from homeward_camera.pictures import Moment
from tests.unit.edge.shots import START

FACE = Face(0, 0, 80, 100, 0.9, np.zeros((5, 2), np.float32))
STEP = 0.1  # seconds between frames


def walk(
    qualities: Sequence[float], most: int = 3, crossing: Sequence[int] = (), *, dim: bool = False
) -> list[tuple[int, float]]:
    """(frame in which it was sent, quality) of each shot of a track that then is over."""
    track, sent = Track("walk", START, most), list[tuple[int, float]]()
    for number, quality in enumerate(qualities):
        at = START + timedelta(seconds=number * STEP)
        track.see(at, crossing=number in crossing)
        if track.betters(quality):
            picture = np.zeros((1080, 1920, 3), np.uint8)
            track.keep(Best(quality, Moment(picture, number, at), FACE, picture[:10, :10], dim))
        if best := track.due(at):
            sent.append((number, best.quality))
    if best := track.last():
        sent.append((len(qualities), best.quality))
    return sent


def test_a_good_shot_is_sent_once_it_gets_no_better() -> None:
    peak = [0.5, 0.6, 0.8, 0.75, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7]
    assert walk(peak) == [(2 + round(SETTLED_SECONDS / STEP), 0.8)]


def test_somebody_who_stays_is_not_made_to_wait() -> None:
    rising = [FAIR + 0.005 * number for number in range(60)]
    (first, _), *_ = walk(rising)
    assert first == round(PATIENCE_SECONDS / STEP)


def test_what_never_gets_fair_is_sent_when_the_face_is_gone() -> None:
    assert walk([0.1, 0.2, 0.15]) == [(3, 0.2)]


def test_again_only_when_it_is_clearly_better() -> None:
    same = [0.75] * 10 + [0.75 + CLEARLY * 0.9] * 10
    better = [0.75] * 10 + [0.75 + CLEARLY * 1.1] * 10
    assert [quality for _, quality in walk(same)] == [0.75]
    assert [quality for _, quality in walk(better)] == [0.75, 0.75 + CLEARLY * 1.1]


@given(qualities=st.lists(st.floats(0.01, 1), min_size=1, max_size=80), most=st.integers(1, 5))
def test_the_best_is_always_sent_or_one_nearly_as_good_and_never_more_than_allowed(
    qualities: list[float], most: int
) -> None:
    sent = [quality for _, quality in walk(qualities, most)]
    assert 1 <= len(sent) <= most
    assert all(later > earlier + CLEARLY for earlier, later in pairwise(sent))
    if len(sent) < most:
        assert max(qualities) <= max(sent) + CLEARLY


def test_after_crossing_somebody_else_may_have_the_face() -> None:
    steady = [GOOD + 0.05] * 30
    assert len(walk(steady, most=1)) == 1
    assert len(walk(steady, most=1, crossing=(10, 11, 12))) == 2


def test_in_the_dark_another_moment_is_sent_though_it_measures_no_better() -> None:
    steady = [FAIR + 0.1] * 70
    assert len(walk(steady, most=3)) == 1
    sent = walk(steady, most=3, dim=True)
    assert [later - earlier for (earlier, _), (later, _) in pairwise(sent)] == [round(PATIENCE_SECONDS / STEP)] * 2


def test_a_kept_shot_does_not_keep_the_whole_picture() -> None:
    track = Track("walk", START, 1)
    whole = np.zeros((1080, 1920, 3), np.uint8)
    track.keep(Best(0.5, Moment(whole, 0, START), FACE, whole[:10, :10].copy()))
    best = track.last()
    assert best
    assert best.frame.read().shape == (10, 10, 3)


@pytest.mark.parametrize("most", [1, 2])
def test_nothing_seen_nothing_sent(most: int) -> None:
    assert Track("walk", START, most).last() is None
    assert Track("walk", START, most).due(START) is None
