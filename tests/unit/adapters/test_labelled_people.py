"""Folders of people: whose pictures are whose, and where their attributes come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeward.adapters.labelled_people import read_attributes, read_people, read_strangers
from homeward.domain.errors import InputError


def put(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_folder_is_a_person(tmp_path: Path) -> None:
    for name in ("ben/2.PNG", "ben/1.jpg", "ben/notes.txt", "ana/a.jpeg", ".hidden/x.jpg", "loose.jpg"):
        put(tmp_path / name)
    put(tmp_path / "ben/person.json", '{"sex": "Male", "synthetic": true}')
    people = read_people(tmp_path, {})
    assert [(one.name, [path.name for path in one.pictures]) for one in people] == [
        ("ana", ["a.jpeg"]),
        ("ben", ["1.jpg", "2.PNG"]),
    ]
    assert (people[0].attributes.group.sex, people[1].attributes.group.sex) == (None, "Male")
    assert people[1].attributes.synthetic


def test_the_csv_file_counts_before_the_record(tmp_path: Path) -> None:
    put(tmp_path / "p/ben/1.jpg")
    put(tmp_path / "p/ben/person.json", '{"sex": "Male"}')
    stated = read_attributes(put(tmp_path / "a.csv", "person,sex\nben,Female\n"))
    assert read_people(tmp_path / "p", stated)[0].attributes.group.sex == "Female"
    assert read_attributes(None) == {}


def test_a_stranger_may_be_a_single_picture(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg")
    put(tmp_path / "kim/1.jpg")
    assert [one.name for one in read_strangers(tmp_path, {})] == ["kim", "one"]


@pytest.mark.parametrize("read", [read_people, read_strangers])
def test_nothing_to_measure(tmp_path: Path, read: object) -> None:
    assert callable(read)
    with pytest.raises(InputError, match="is no folder"):
        read(tmp_path / "nowhere", {})
    put(tmp_path / "ana/notes.txt")
    with pytest.raises(InputError, match="no pictures"):
        read(tmp_path, {})


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        read_attributes(tmp_path / "nowhere.csv")
    (tmp_path / "latin.csv").write_bytes("person\nAnaïs\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read_attributes(tmp_path / "latin.csv")
    put(tmp_path / "p/ben/1.jpg")
    (tmp_path / "p/ben/person.json").mkdir()
    with pytest.raises(InputError, match=r"person\.json"):
        read_people(tmp_path / "p", {})
