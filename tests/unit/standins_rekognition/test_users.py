"""Users' vectors: the unit mean of their faces' vectors, in memory as on the disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from standins.rekognition import users as users_module
from standins.rekognition.entries import Collection, FaceEntry
from standins.rekognition.means import means
from standins.rekognition.store import Store
from standins.rekognition.user_gallery import UserGallery
from standins.rekognition.users import Users

Vectors = NDArray[np.float32]


def unit_vectors(count: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, 128))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def mean_of(vectors: Vectors) -> Vectors:
    total = vectors.sum(axis=0, dtype=np.float64)
    return np.asarray(total / np.linalg.norm(total), np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path, "1")
    yield store
    store.close()


def add(store: Store, collection: Collection, vectors: Vectors, name: str = "") -> list[int]:
    entries = [FaceEntry(f"{name}{row}", "", 0, (0, 0, 1, 1), 90.0) for row in range(len(vectors))]
    return [face.number for face in store.add_faces(collection, list(zip(entries, vectors, strict=True)))]


def make(store: Store, users: Users, collection: Collection, name: str, faces: list[int]) -> None:
    with store.database.change():
        users.create(collection, name)
        users.associate(collection, users.get(collection, name), faces)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_means_do_not_depend_on_where_batches_end(size: int) -> None:
    vectors = unit_vectors(20)
    owners = [2, 2, 2, 5, 7, 7, 7, 7, 7, 7, 7, 7, 9, 9, 11, 12, 13, 13, 13, 13]
    rows = [(owner, vector.tobytes()) for owner, vector in zip(owners, vectors, strict=True)]
    found = list(means(rows[begin : begin + size] for begin in range(0, len(rows), size)))
    numbers = np.concatenate([numbers for numbers, _ in found])
    assert numbers.tolist() == [2, 5, 7, 9, 11, 12, 13]
    expected = [mean_of(vectors[np.array(owners) == number]) for number in numbers]
    np.testing.assert_allclose(np.concatenate([vectors for _, vectors in found]), expected, atol=1e-6)


def test_means_of_nothing_and_of_opposites() -> None:
    assert list(means([])) == []
    (vector,) = unit_vectors(1)
    ((_, (mean,)),) = means([[(1, vector.tobytes()), (1, (-vector).tobytes())]])
    assert np.isfinite(mean).all()


def test_a_user_moves_with_its_faces_and_is_the_same_after_a_restart(tmp_path: Path) -> None:
    vectors, other = unit_vectors(5), unit_vectors(1, seed=1)
    store = Store(tmp_path, "1")
    users, collection = Users(store.database), store.create_collection("c", {})
    faces = add(store, collection, vectors)
    make(store, users, collection, "a", faces[:3])
    make(store, users, collection, "nobody yet", [])
    make(store, users, store.create_collection("other", {}), "elsewhere", [])
    with store.database.change():
        users.disassociate(collection, users.get(collection, "a"), faces[:1])
        users.associate(collection, users.get(collection, "a"), faces[3:])
    for _ in range(2):
        user = users.get(collection, "a")
        vector = users.vector(collection, user)
        assert vector is not None
        np.testing.assert_allclose(vector, mean_of(vectors[1:]), atol=1e-6)
        ((found, cosine),) = users.nearest(collection, other[0], 5)
        assert found == user
        assert cosine == pytest.approx(float(other[0] @ vector), abs=1e-6)
        store.close()
        store = Store(tmp_path, "1")
        users = Users(store.database)
    with store.database.change():
        users.disassociate(collection, user, faces[1:])
    assert users.vector(collection, user) is None
    assert users.nearest(collection, other[0], 5) == []
    store.close()


def test_a_search_at_the_same_time_does_not_lose_the_first_user(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(UserGallery):
        """Made slowly, so that others come in between."""

        def __init__(self) -> None:
            making.set()
            time.sleep(0.05)
            super().__init__()

    making = threading.Event()
    users, collection = Users(store.database), store.create_collection("c", {})
    vectors = unit_vectors(1)
    faces = add(store, collection, vectors)
    monkeypatch.setattr(users_module, "UserGallery", Slow)
    writer = threading.Thread(target=make, args=(store, users, collection, "a", faces))
    writer.start()
    assert making.wait(10)
    users.nearest(collection, vectors[0], 1)
    writer.join()
    assert [user.user_id for user, _ in users.nearest(collection, vectors[0], 1)] == ["a"]


def test_a_user_s_vector_is_replaced_and_not_added_once_more() -> None:
    gallery, vectors = UserGallery(), unit_vectors(50)
    for vector in vectors:
        gallery.put(1, vector)
        gallery.put(2, -vector)
    near = gallery.nearest(vectors[-1], 10)
    assert list(near) == [1, 2]
    assert near[1] == pytest.approx(1, abs=1e-6)
    gallery.put(1, None)
    gallery.put(3, None)
    assert list(gallery.nearest(vectors[-1], 10)) == [2]
    assert gallery.vector(1) is None
