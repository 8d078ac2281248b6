"""The list: pages, order, filters, and what items say."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from standins.fbi.generated import Maker

from .conftest import AS_OF, Server

LISTS = (
    "aliases",
    "dates_of_birth_used",
    "languages",
    "occupations",
    "field_offices",
    "possible_countries",
    "subjects",
)
NUMBERS = ("age_min", "age_max", "height_min", "height_max", "weight_min", "weight_max", "reward_min", "reward_max")
# What else a key holds besides null; every other key holds text.
TYPES = {
    **dict.fromkeys((*LISTS, "subjects", "images", "files", "coordinates"), list),
    **dict.fromkeys(NUMBERS, int),
}
KEYS = (
    "uid", "@id", "path", "url", "title", "description", "details", "remarks", "caution", "warning_message",
    "additional_information", "images", "files", "aliases", "dates_of_birth_used", "place_of_birth", "age_range",
    "age_min", "age_max", "sex", "race", "race_raw", "hair", "hair_raw", "eyes", "eyes_raw", "height_min",
    "height_max", "weight", "weight_min", "weight_max", "build", "complexion", "scars_and_marks", "nationality",
    "languages", "occupations", "locations", "coordinates", "field_offices", "legat_names", "possible_countries",
    "possible_states", "subjects", "suspects", "person_classification", "poster_classification", "status", "ncic",
    "reward_text", "reward_min", "reward_max", "publication", "modified",
)  # fmt: skip


def test_pages_hold_every_item_once_and_end_empty(server: Server) -> None:
    first = server.page()
    assert (len(first["items"]), first["page"]) == (20, 1)
    uids = [item["uid"] for item in server.items()]
    assert len({*uids}) == len(uids) == first["total"] >= 402
    beyond = server.page(page=1000, pageSize=50)
    assert beyond == {"total": first["total"], "page": 1000, "items": []}


@pytest.mark.parametrize(("asked", "given"), [("7", 7), ("50", 50), ("51", 50), ("0", 20), ("many", 20)])
def test_a_page_has_at_most_fifty_items(server: Server, asked: str, given: int) -> None:
    assert len(server.page(pageSize=asked)["items"]) == given


def test_what_nobody_knows_is_ignored(server: Server) -> None:
    assert server.page(colour="blue", sort_on="luck", page="x") == server.page()


@pytest.mark.parametrize("key", ["modified", "publication", "title"])
def test_items_are_sorted_both_ways(server: Server, key: str) -> None:
    down = [item[key] for item in server.items(sort_on=key, sort_order="desc")]
    assert down == sorted(down, reverse=True) != sorted(down)
    assert [item[key] for item in server.items(sort_on=key, sort_order="asc")] == down[::-1]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("poster_classification", "missing"),
        ("person_classification", "Victim"),
        ("status", "captured"),
        ("sex", "female"),
        ("race", "hispanic"),
    ],
)
def test_filters_find_what_says_so(server: Server, key: str, value: str) -> None:
    expected = {item["uid"] for item in server.items() if (item[key] or "").lower() == value.lower()}
    assert {item["uid"] for item in server.items(**{key: value})} == expected != set()


def test_a_part_of_a_title_and_a_field_office_are_enough(server: Server) -> None:
    assert all("HAZEL" in item["title"] for item in server.items(title="hazel"))
    offices = [item["field_offices"] for item in server.items(field_offices="losangeles")]
    assert offices
    assert all("losangeles" in named for named in offices)


def test_every_item_has_every_key_with_its_type(server: Server) -> None:
    items = server.items()
    for item in items:
        assert tuple(item) == KEYS
        assert re.fullmatch("[0-9a-f]{32}", item["uid"])
        wrong = {key: value for key, value in item.items() if value is not None and not _fits(key, value)}
        assert wrong == {}
    missing = {key for key in KEYS if any(item[key] is None for item in items)}
    assert {"sex", "race", "age_min", "dates_of_birth_used", "field_offices", "remarks", "aliases"} <= missing


def _fits(key: str, value: Any) -> bool:
    return type(value) is TYPES.get(key, str)


def test_an_item_is_the_same_on_its_own(server: Server) -> None:
    (item,) = server.page(pageSize=1)["items"]
    assert server.item(item["uid"]) == item
    assert server.session.get(item["@id"], timeout=10).json() == item
    assert server.get("/@wanted-person/" + "0" * 32).status_code == 404


def test_times_are_shared_in_bulk_and_only_changes_have_a_zone(server: Server) -> None:
    generated = [item for item in server.items() if item["modified"] < AS_OF]
    shared = Counter(item["modified"] for item in generated).most_common(9)
    assert sum(count for _, count in shared) > len(generated) / 2
    for item in generated:
        changed, published = map(datetime.fromisoformat, (item["modified"], item["publication"]))
        assert (changed.utcoffset(), published.tzinfo) == (timedelta(), None)
        assert published <= changed.replace(tzinfo=None)


def test_the_mix_is_that_of_the_real_list(server: Server) -> None:
    told, people = server.told(), {server.titled("ADA SYNTHETIC-OAK")["uid"], server.titled("BO STONE")["uid"]}
    items = [item for item in server.items() if item["uid"] not in people and item["publication"] < AS_OF]
    posters = Counter(item["poster_classification"] for item in items)
    assert posters == {
        "default": 246, "information": 82, "missing": 37, "fraudster": 13, "ecap": 8,
        "law-enforcement-assistance": 7, "ten": 4, "kidnapping": 2, "terrorist": 1,
    }  # fmt: skip
    subjects = Counter(subject for item in items for subject in item["subjects"])
    assert subjects["ViCAP Missing Persons"] == 74
    assert subjects["Kidnappings and Missing Persons"] == 31
    assert subjects["ViCAP Unidentified Persons"] == 15
    assert Counter(item["person_classification"] for item in items) == {"Main": 337, "Victim": 63}
    missing = [item for item in items if told[item["uid"]]["what"] == "missing"]
    assert len(missing) == 109
    for item in missing:
        named = {"ViCAP Missing Persons", "Kidnappings and Missing Persons"} & {*item["subjects"]}
        assert named or item["poster_classification"] == "missing"
    assert any("DOE" in item["title"] for item in items if item["poster_classification"] == "ecap")
    assert any("<p>" in (item["details"] or "") for item in missing)


def test_ages_are_told_in_every_way(server: Server) -> None:
    ways = Counter((bool(item["dates_of_birth_used"]), item["age_min"] is not None) for item in server.items())
    assert len(ways) == 4
    assert ways.most_common(1)[0][0] == (True, False)
    for item in server.items():
        if item["dates_of_birth_used"] and item["age_min"] is not None:
            born = datetime.strptime(item["dates_of_birth_used"][0], "%B %d, %Y").date()
            today = date.fromisoformat(AS_OF)
            age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
            assert item["age_min"] == age <= item["age_max"]


def test_the_same_seed_gives_the_same_items_and_another_one_others() -> None:
    def first(seed: int, faces: bool = False) -> list[dict[str, Any]]:
        entries = Maker(seed, date.fromisoformat(AS_OF), faces).entries()
        return [entry.body("") for entry in islice(entries, 50)]

    assert first(3) == first(3) == first(3, faces=True)
    assert {item["uid"] for item in first(3)}.isdisjoint(item["uid"] for item in first(4))
