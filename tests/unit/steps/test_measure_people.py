"""Labelled pictures become faces: each once, refused ones by reason, in order, with progress."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from homeward.domain.errors import InputError
from homeward.domain.ports import IndexResult
from homeward.steps.measure_people import AHEAD, MAX_BYTES, Enrolled, MeasurePeople
from tests.factories import namus


class Faces:
    """Knows every picture again; a picture of 200 pixels shows nobody."""

    def __init__(self) -> None:
        self.indexed: list[str] = []

    def index(self, picture: bytes, name: str) -> IndexResult:
        self.indexed.append(name)
        return IndexResult(None, "NO_FACE") if picture == faceless() else IndexResult(f"face-{name}", None)

    def row(self, face_id: str) -> Mapping[str, float]:
        return {"others": float(len(face_id))}

    def search(self, picture: bytes) -> Mapping[str, float] | None:
        return None if picture == faceless() else {"somebody": 50.0}


def faceless() -> bytes:
    return namus.jpeg(200, 200)


@pytest.fixture
def said() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture
def measure(said: list[Any]) -> MeasurePeople:
    return MeasurePeople(Faces(), lambda *what: said.append(what))


def picture(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def jpeg(tmp_path: Path, n: int) -> Path:
    return picture(tmp_path / f"{n}.jpg", namus.jpeg(300 + n, 300))


def test_each_face_belongs_to_its_person(measure: MeasurePeople, tmp_path: Path, said: list[Any]) -> None:
    many = [jpeg(tmp_path, n) for n in range(AHEAD + 10)]
    enrolled = measure.enrol([many[:1], [], many[1:]])
    assert enrolled.person_of == (0, *[2] * (len(many) - 1))
    assert len(set(enrolled.faces)) == len(many)
    assert enrolled.refused == {}
    assert said[0] == ("index photos", 0, len(many))
    assert said[-1] == ("index photos", len(many), len(many))
    assert [face for face, _ in measure.rows(enrolled)] == list(enrolled.faces)


def test_why_pictures_gave_no_face(measure: MeasurePeople, tmp_path: Path) -> None:
    pictures = [
        picture(tmp_path / "text.jpg", b"hello"),
        picture(tmp_path / "small.jpg", namus.jpeg(79, 300)),
        picture(tmp_path / "large.jpg", b"\xff\xd8\xff" + bytes(MAX_BYTES)),
        picture(tmp_path / "nobody.jpg", faceless()),
        picture(tmp_path / "one.jpg", namus.jpeg(300, 300)),
        picture(tmp_path / "copy.jpg", namus.jpeg(300, 300)),
    ]
    enrolled = measure.enrol([pictures, pictures[4:5]])
    assert enrolled.refused == {"NOT_AN_IMAGE": 1, "TOO_SMALL": 1, "TOO_LARGE": 1, "NO_FACE": 1, "SAME_PICTURE": 1}
    # The same picture of two people stays: whether they are one person is for the report to ask.
    assert sorted(enrolled.person_of) == [0, 1]
    assert len(set(enrolled.faces)) == 2


def test_strangers(measure: MeasurePeople, tmp_path: Path) -> None:
    nobody, text = picture(tmp_path / "n.jpg", faceless()), picture(tmp_path / "t.jpg", b"x")
    found = list(measure.strangers([[jpeg(tmp_path, 1)], [nobody, text]]))
    assert found == [(0, {"somebody": 50.0}), (1, None), (1, None)]


def test_a_picture_that_went_away(measure: MeasurePeople, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.jpg"):
        measure.enrol([[tmp_path / "gone.jpg"]])


def test_nobody(measure: MeasurePeople) -> None:
    assert measure.enrol([]) == Enrolled((), (), {})
