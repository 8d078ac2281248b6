from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from standins.rekognition.faces import DIMENSIONS
from standins.rekognition.gallery import Gallery


def unit_vectors(seed: int, count: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@given(
    seed=st.integers(0, 1000), count=st.integers(0, 700), most=st.integers(1, 50), removed=st.sets(st.integers(1, 700))
)
@settings(max_examples=60, deadline=None)
def test_the_nearest_are_exactly_those_of_a_full_sort(seed: int, count: int, most: int, removed: set[int]) -> None:
    vectors = unit_vectors(seed, count)
    gallery = Gallery.empty()
    for number, vector in enumerate(vectors, start=1):
        gallery.add(number, vector)
    gallery.remove(sorted(removed))
    (probe,) = unit_vectors(seed + 1, 1)
    left = [number for number in range(1, count + 1) if number not in removed]
    expected = sorted(left, key=lambda number: -float(vectors[number - 1] @ probe))[:most]
    found = gallery.nearest(probe, most)
    assert len(gallery) == len(left)
    assert found.numbers.tolist() == expected
    assert np.allclose(found.cosines, [vectors[number - 1] @ probe for number in expected], atol=1e-6)
    for number in left[:3]:
        assert np.array_equal(gallery.vector(number), vectors[number - 1])


def test_a_search_keeps_its_moment_while_faces_come_and_go() -> None:
    vectors = unit_vectors(7, 300)
    gallery = Gallery.empty()
    for number, vector in enumerate(vectors[:250], start=1):
        gallery.add(number, vector)
    numbers, seen = gallery._now()
    before = seen.copy()
    gallery.remove([1, 2, 3])
    for number, vector in enumerate(vectors[250:], start=251):
        gallery.add(number, vector)
    assert np.array_equal(seen, before)
    assert numbers.tolist() == list(range(1, 251))
