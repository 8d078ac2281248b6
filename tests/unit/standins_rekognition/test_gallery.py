from __future__ import annotations

import threading
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from standins.rekognition import chunks
from standins.rekognition.faces import DIMENSIONS
from standins.rekognition.gallery import Gallery

Vectors = NDArray[np.float32]


def unit_vectors(seed: int, count: int) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def full_sort(numbered: Iterable[tuple[int, Vectors]], probe: Vectors, most: int) -> list[int]:
    """Every cosine in 64 bits, equal ones by number."""
    cosines = {number: float((vector.astype(np.float64) * probe).sum()) for number, vector in numbered}
    return sorted(cosines, key=lambda number: (-cosines[number], number))[:most]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few hundred faces are many chunks."""
    monkeypatch.setattr(chunks, "_LEAST_ROOM", 8)
    monkeypatch.setattr(chunks, "_MOST_ROOM", 64)


@pytest.mark.parametrize("removed_most", [0, 700])
@given(
    seed=st.integers(0, 1000),
    count=st.integers(0, 700),
    copies=st.integers(1, 40),
    most=st.integers(0, 800),
    data=st.data(),
)
@settings(max_examples=40, deadline=None)
def test_the_nearest_are_exactly_those_of_a_full_sort(
    removed_most: int, seed: int, count: int, copies: int, most: int, data: st.DataObject
) -> None:
    # Every vector several times: ties everywhere, also at the end of what is asked for.
    vectors = unit_vectors(seed, max(1, count // copies))[np.arange(count) % max(1, count // copies)]
    numbers = 3 * np.arange(count) + 1
    gallery = Gallery(numbers[: count // 2], vectors[: count // 2])
    for number, vector in zip(numbers[count // 2 :], vectors[count // 2 :], strict=True):
        gallery.add(int(number), vector)
    removed = data.draw(st.sets(st.integers(0, 2100), max_size=removed_most))
    gallery.remove(sorted(removed))
    left = [(int(n), v) for n, v in zip(numbers, vectors, strict=True) if n not in removed]
    (probe,) = unit_vectors(seed + 1, 1)
    found = gallery.nearest(probe, most)
    assert len(gallery) == len(left)
    assert found.numbers.tolist() == full_sort(left, probe, most)
    assert np.all(np.diff(found.cosines) <= 0)
    assert np.all(np.isfinite(found.cosines))
    for number, vector in left[:3]:
        assert np.array_equal(gallery.vector(number), vector)
    for number in sorted(removed)[:3]:
        with pytest.raises(KeyError):
            gallery.vector(number)


@pytest.mark.parametrize("most", [1, 10, 4096])
def test_exact_over_several_chunks_of_full_size(most: int) -> None:
    vectors = unit_vectors(5, 80_000)
    gallery = Gallery(np.arange(80_000), vectors)
    gallery.remove(list(range(0, 80_000, 7)))
    for probe in unit_vectors(6, 3):
        cosines = vectors.astype(np.float64) @ probe
        cosines[::7] = -2
        assert gallery.nearest(probe, most).numbers.tolist() == np.argsort(-cosines, kind="stable")[:most].tolist()


@pytest.mark.usefixtures("small_chunks")
def test_any_order_of_adding_and_removing() -> None:
    random = np.random.default_rng(11)
    here: dict[int, Vectors] = {}
    gallery, following = Gallery.empty(), 0
    for seed in range(120):
        new = unit_vectors(seed, int(random.integers(1, 60)))
        numbers = np.arange(following, following + len(new))
        gallery.extend(numbers, new)
        here.update(zip(numbers.tolist(), new, strict=True))
        following += len(new)
        share = float(random.choice([0.05, 0.3, 0.95]))
        gone = [number for number in here if random.random() < share]
        gallery.remove(gone)
        for number in gone:
            del here[number]
        (probe,) = unit_vectors(1000 + seed, 1)
        assert len(gallery) == len(here)
        assert gallery.nearest(probe, 12).numbers.tolist() == full_sort(here.items(), probe, 12)
        # Places of removed faces are used again, and small chunks are joined.
        places = sum(chunk.columns.shape[1] for chunk in gallery._chunks)
        assert places <= 2 * max(len(here), 64) + 64
        assert len(gallery._chunks) <= 4 + len(here) // 16


def test_the_one_who_is_the_probe_comes_first_with_cosine_one() -> None:
    vectors = unit_vectors(2, 1000)
    gallery = Gallery(np.arange(1000), vectors)
    for number in (0, 1, 511, 999):
        found = gallery.nearest(vectors[number], 1)
        assert found.numbers.tolist() == [number]
        assert found.cosines[0] == pytest.approx(1, abs=1e-6)
        assert found.cosines[0] <= 1


def test_opposite_faces_are_found_too() -> None:
    (probe,) = unit_vectors(3, 1)
    gallery = Gallery(np.array([4, 9]), np.array([-probe, probe]))
    found = gallery.nearest(probe, 5)
    assert found.numbers.tolist() == [9, 4]
    assert found.cosines.tolist() == pytest.approx([1, -1], abs=1e-6)


@pytest.mark.usefixtures("small_chunks")
def test_a_search_keeps_its_moment_while_faces_come_and_go() -> None:
    vectors = unit_vectors(7, 300)
    gallery = Gallery(np.arange(250), vectors[:250])
    moment = gallery._chunks
    before = [
        (chunk.count, chunk.numbers[: chunk.count].copy(), chunk.columns[:, : chunk.count].copy()) for chunk in moment
    ]
    gallery.remove([1, 2, 3, *range(100, 200)])
    gallery.extend(np.arange(250, 300), vectors[250:])
    for chunk, (count, numbers, columns) in zip(moment, before, strict=True):
        assert chunk.count == count
        assert np.array_equal(chunk.numbers[:count], numbers)
        assert np.array_equal(chunk.columns[:, :count], columns)


@pytest.mark.usefixtures("small_chunks")
def test_searches_beside_writers_are_of_one_moment() -> None:
    """Faces come in pairs of equal vectors, and go as pairs: every search sees both or neither."""
    vectors, ended = unit_vectors(8, 1500), threading.Event()
    gallery = Gallery.empty()
    wrong: list[list[int]] = []

    def search() -> None:
        probes = unit_vectors(9, 20)
        while not ended.is_set():
            for probe in probes:
                found = gallery.nearest(probe, 10).numbers.tolist()
                if any(number ^ 1 not in found for number in found):
                    wrong.append(found)

    searchers = [threading.Thread(target=search) for _ in range(3)]
    for searcher in searchers:
        searcher.start()
    for row, vector in enumerate(vectors):
        gallery.extend(np.array([2 * row, 2 * row + 1]), np.array([vector, vector]))
        if row % 3 == 2:
            gone = row - row % 5
            gallery.remove([2 * gone, 2 * gone + 1])
    ended.set()
    for searcher in searchers:
        searcher.join()
    assert wrong == []
    assert len(gallery) > 1500
