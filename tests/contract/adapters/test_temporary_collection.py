"""A collection for one measurement, on the real face service: whole while it is used, gone afterwards."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from homeward.adapters import temporary_collection
from homeward.adapters.aws import client
from homeward.adapters.temporary_collection import PREFIX, TemporaryCollection
from tests.drawn_faces import Faces, jpeg

pytestmark = pytest.mark.usefixtures("settings")


def collections() -> list[str]:
    return [name for name in client("rekognition").list_collections()["CollectionIds"] if name.startswith(PREFIX)]


def test_photos_are_compared_in_it(faces: Faces) -> None:
    with TemporaryCollection() as collection:
        assert collections() == [collection.name]
        assert collection.face_model_version
        one, same, other = (
            collection.index(faces.portrait(*who), f"{n}").face_id for n, who in enumerate([(0, 0), (0, 1), (1, 0)])
        )
        assert one
        assert same
        assert other
        row = collection.row(one)
        assert set(row) == {same, other}
        assert row[same] > row[other]
        found = collection.search(faces.portrait(1, 1))
        assert found is not None
        assert max(found, key=found.__getitem__) == other
    assert collections() == []


def test_what_shows_nobody_or_two_people_leaves_nothing(faces: Faces) -> None:
    grey = jpeg(np.full((300, 300, 3), 128, np.uint8))
    both = jpeg(np.hstack([faces.pixels(0), faces.pixels(1)]))
    with TemporaryCollection() as collection:
        assert collection.index(grey, "1").reason == "NO_FACE"
        assert collection.index(both, "2").reason == "MANY_FACES"
        assert collection.search(grey) is None
        kept = client("rekognition").describe_collection(CollectionId=collection.name)["FaceCount"]
    assert kept == 0


def test_the_same_picture_of_two_people_is_two_faces(faces: Faces) -> None:
    with TemporaryCollection() as collection:
        one, other = (collection.index(faces.portrait(0), name).face_id for name in ("0-x", "1-x"))
    assert one != other


def test_it_goes_however_the_measurement_ends() -> None:
    for error in (KeyboardInterrupt, ValueError):
        with pytest.raises(error), TemporaryCollection():
            raise error
    with TemporaryCollection() as collection:
        client("rekognition").delete_collection(CollectionId=collection.name)  # somebody else was faster
    assert collections() == []


def test_what_a_killed_process_left_goes_a_day_later(monkeypatch: pytest.MonkeyPatch) -> None:
    left, foreign = TemporaryCollection().__enter__(), "somebody-elses"
    client("rekognition").create_collection(CollectionId=foreign)
    with TemporaryCollection() as second:
        assert set(collections()) == {left.name, second.name}  # it may still be at work
    monkeypatch.setattr(temporary_collection, "FORGOTTEN", timedelta(seconds=-1))
    with TemporaryCollection() as third:
        assert collections() == [third.name]
    assert foreign in client("rekognition").list_collections()["CollectionIds"]
    client("rekognition").delete_collection(CollectionId=foreign)
