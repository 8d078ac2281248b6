"""Who appears where."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from standins.people.plan import appearances, plan_scenes


@given(frames=st.integers(0, 60), people=st.integers(1, 20), others=st.integers(0, 20))
def test_a_plan_names_each_picture_once_and_nobody_twice_in_one(frames: int, people: int, others: int) -> None:
    scenes = plan_scenes(frames, people, others)
    assert len({scene.name for scene in scenes}) == frames
    for scene in scenes:
        assert len(set(scene.missing)) == len(scene.missing)
        assert len(set(scene.others)) == len(scene.others)
        assert all(0 <= index < people for index in scene.missing)
        assert all(0 <= index < others for index in scene.others)


def test_the_demo_has_every_kind_of_picture() -> None:
    scenes = plan_scenes(10, 8, 6)
    kinds = {(min(len(s.missing), 2), min(len(s.others), 2)) for s in scenes}
    assert {(1, 0), (0, 1), (0, 0), (1, 1), (2, 1), (0, 2)} <= kinds
    missing, others = appearances(scenes)
    assert set(missing) >= set(range(7))
    assert len(others) == 6
