"""What somebody's own CSV file or person.json says of people, and that nothing is guessed."""

from __future__ import annotations

import json

import pytest

from homeward.domain.bias.people import read_csv, read_person
from homeward.domain.errors import InputError
from homeward.domain.groups import Group

HEAD = "person,sex,ethnicity,age\n"


def test_a_line_is_a_person() -> None:
    read = read_csv(HEAD + "ana,Female,Asian;White / Caucasian,34\nben,male,,\n")
    assert read["ana"].group == Group("Female", ("Asian", "White / Caucasian"), "30-49", False)
    assert read["ben"].group == Group("Male", (), None, True)
    assert not read["ana"].synthetic


def test_columns_in_any_order_a_mark_at_the_start_and_empty_lines() -> None:
    read = read_csv("\ufeffage, Person\r\n17,kim\r\n\r\n")
    assert read["kim"].group == Group(None, (), "0-17", True)


def test_words_for_unknown_are_no_group() -> None:
    read = read_csv(HEAD + "ana,Unsure,Uncertain;Asian,\n")
    assert read["ana"].group == Group(None, ("Asian",), None, True)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "first line"),
        ("name,sex\n", "first line"),
        ("person,person\n", "first line"),
        ("person,sex,shoe\n", "first line"),
        (HEAD + "ana,Female\n", "line 2"),
        (HEAD + "ana,Female,Black, African American,20\n", "quote a comma"),
        (HEAD + "ana,,,\nana,,,\n", "twice"),
        (HEAD + ",Female,,\n", "no person"),
        (HEAD + "ana,F,,\n", "none of Female, Male"),
        (HEAD + "ana,,,151\n", "0 to 150"),
        (HEAD + "ana,,,-1\n", "whole number"),
        (HEAD + "ana,,,thirty\n", "whole number"),
        (HEAD + "ana,,,²\n", "whole number"),
        (HEAD + "ana,,,99999999999999999999\n", "0 to 150"),
        (HEAD + f"ana,,{'x' * 81},\n", "80 characters"),
        (HEAD + f"ana,,{';'.join('abcdefghijk')},\n", "more than 10"),
        (HEAD + 'ana,"Female,,\n', "can't be read"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, where: str) -> None:
    with pytest.raises(InputError, match=where):
        read_csv(text)


def test_person_json_of_a_made_person() -> None:
    made = {"slug": "x", "sex": "Female", "ethnicity": "Asian", "age": 17, "synthetic": True, "city": "Nowhere"}
    read = read_person(json.dumps(made), "person.json")
    assert read.group == Group("Female", ("Asian",), "0-17", True)
    assert read.synthetic
    assert read_person("{}", "person.json").group == Group(None, (), None, True)


@pytest.mark.parametrize("text", ["[", "[]", '{"sex": 1}', '{"age": true}', '{"age": "30"}', '{"ethnicity": [1]}'])
def test_a_record_that_cannot_be_used_is_named(text: str) -> None:
    with pytest.raises(InputError, match=r"person\.json"):
        read_person(text, "person.json")


def test_a_record_nested_beyond_reason() -> None:
    with pytest.raises(InputError, match="no JSON"):
        read_person("[" * 100_000, "person.json")
