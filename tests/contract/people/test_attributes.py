"""Case data of made people: adults, in NamUs's words, the same for the same number."""

from __future__ import annotations

from datetime import date

from standins.namus.codes import names
from standins.namus.places import PLACES, place_in
from standins.people.attributes import ADULT, DATED, MAX_AGE, MIN_AGE, person_of

PEOPLE = [person_of(number) for number in range(400)]


def test_everybody_is_and_was_an_adult() -> None:
    for person in PEOPLE:
        assert MIN_AGE <= person["age"] <= MAX_AGE
        missing_for = (DATED - date.fromisoformat(str(person["missing_since"]))).days / 365
        assert 0 < missing_for <= person["age"] - ADULT


def test_words_are_those_of_the_code_lists() -> None:
    for person in PEOPLE:
        assert person["sex"] in {"Female", "Male"} <= set(names("sex"))
        assert person["ethnicity"] in set(names("ethnicity")) - {"Uncertain"}
        assert place_in(str(person["city"]), str(person["state"]))
        assert person["last_name"].startswith("Synthetic-")
        assert person["synthetic"] is True
    assert {person["sex"] for person in PEOPLE} == {"Female", "Male"}
    assert {person["ethnicity"] for person in PEOPLE} == set(names("ethnicity")) - {"Uncertain"}


def test_a_number_always_gives_the_same_person_and_no_two_share_a_slug() -> None:
    assert person_of(7) == person_of(7)
    assert len({person["slug"] for person in PEOPLE}) == len(PEOPLE)


def test_every_place_is_in_a_state_of_the_list() -> None:
    assert {place.state for place in PLACES} == set(names("state"))
