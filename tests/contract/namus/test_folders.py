"""Which cases there are: the same for the same seed, whoever else is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from standins.namus.caseset import make_cases
from standins.namus.folders import PeopleFolderError, people_cases
from standins.namus.records import Case, NamusError

from .conftest import PERSON, write_picture

TODAY = date(2026, 6, 30)


def generated(count: int, seed: int = 1, today: date = TODAY) -> dict[int, Case]:
    return {case.number: case for case in make_cases(None, count, seed, today).listed()}


def test_a_seed_always_gives_the_same_cases_and_another_seed_others() -> None:
    assert generated(500) == generated(500)
    assert generated(500).keys() != generated(500, seed=2).keys()


def test_more_cases_leave_the_first_ones_as_they_are() -> None:
    few, many = generated(200), generated(3000)
    assert {number: many[number] for number in few} == few
    assert len(many) == 3000


def test_from_one_day_to_the_next_only_few_cases_change() -> None:
    before, after = generated(3650), generated(3650, today=date(2026, 7, 1))
    changed = [number for number, case in before.items() if after[number] != case]
    assert 1 <= len(changed) <= 40
    assert all(after[number].modified.startswith("2026-06-30") for number in changed)


def test_another_person_leaves_the_numbers_of_the_others_as_they_are(tmp_path: Path) -> None:
    for name in ("b", "d"):
        write_picture(tmp_path / name / "1.jpg", 1)
    before = {case.first_name: case.number for case in people_cases(tmp_path, 1, TODAY)}
    for name in ("a", "c", "e"):
        write_picture(tmp_path / name / "1.jpg", 1)
    after = {case.first_name: case.number for case in people_cases(tmp_path, 1, TODAY)}
    assert {name: after[name] for name in before} == before
    assert len(set(after.values())) == 5


def test_people_come_first_and_generated_cases_fill_up(tmp_path: Path) -> None:
    write_picture(tmp_path / "a" / "1.jpg", 1)
    assert len(make_cases(tmp_path, None, 1, TODAY).listed()) == 1
    cases = make_cases(tmp_path, 40, 1, TODAY).listed()
    assert len(cases) == 40
    assert sum(bool(case.photos) for case in cases) == 1


def test_fewer_cases_than_people_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_picture(tmp_path / name / "1.jpg", 1)
    with pytest.raises(NamusError, match="no room for the 2 people"):
        make_cases(tmp_path, 1, 1, TODAY)


def spoil_text(home: Path) -> None:
    (home / "photo.jpg").write_text("not a picture")


def spoil_cut(home: Path) -> None:
    data = (home / "1.jpg").read_bytes()
    (home / "photo.jpg").write_bytes(data[: len(data) // 2])


def spoil_empty(home: Path) -> None:
    (home / "photo.jpg").touch()


def spoil_kind(home: Path) -> None:
    (home / "photo.webp").write_bytes(b"RIFF")


def spoil_link(home: Path) -> None:
    (home / "photo.jpg").mkdir()
    (home / "1.jpg").unlink()


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (spoil_text, "photo.jpg is not a whole"),
        (spoil_cut, "photo.jpg is not a whole"),
        (spoil_empty, "photo.jpg is not a whole"),
        (spoil_kind, "photo.webp is neither"),
        (spoil_link, "holds no picture"),
    ],
)
def test_a_picture_that_cannot_be_used_is_named(tmp_path: Path, spoil: Callable[[Path], None], named: str) -> None:
    write_picture(tmp_path / "a" / "1.jpg", 1)
    spoil(tmp_path / "a")
    with pytest.raises(PeopleFolderError, match=named):
        people_cases(tmp_path, 1, TODAY)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("{", "is no JSON"),
        ("[]", "must hold a JSON object"),
        (json.dumps({**PERSON, "sex": "female"}), "sex 'female' is none of: Male, Female, Unsure"),
        (json.dumps({**PERSON, "ethnicity": ["Asian"]}), "ethnicity"),
        (json.dumps({**PERSON, "state": "Ontario"}), "state 'Ontario'"),
        (json.dumps({**PERSON, "missing_since": "04.03.2021"}), "missing_since must look like"),
    ],
)
def test_data_that_cannot_be_used_is_named(tmp_path: Path, content: str, named: str) -> None:
    write_picture(tmp_path / "a" / "1.jpg", 1)
    (tmp_path / "a" / "person.json").write_text(content)
    with pytest.raises(PeopleFolderError, match=named):
        people_cases(tmp_path, 1, TODAY)


def test_a_partial_person_file_is_enough(tmp_path: Path) -> None:
    write_picture(tmp_path / "a" / "1.jpg", 1)
    (tmp_path / "a" / "person.json").write_text('{"sex": "Male", "age": null}')
    (case,) = people_cases(tmp_path, 1, TODAY)
    assert (case.sex, case.ethnicities, case.age, case.last_contact) == ("Male", ("Uncertain",), None, None)
