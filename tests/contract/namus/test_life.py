"""What can happen to cases and their photos, and what the site then shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from .conftest import AS_OF, Server, write_picture


@pytest.fixture
def number(small: Server) -> Iterator[int]:
    """A listed case with a portrait; afterwards it is listed again."""
    (found,) = [number for number in small.numbers(take=30) if "defaultImage" in small.case(number)][:1]
    yield found
    small.control(found, withdrawn=False, resolved=False)


def status(small: Server, number: int) -> int:
    return requests.get(f"{small.missing}/Cases/{number}", timeout=10).status_code


def is_listed(small: Server, number: int) -> bool:
    return number in small.numbers(take=1000)


def test_a_case_is_published(small: Server) -> None:
    before = small.numbers()
    (new,) = small.do(do="publish")
    assert set(small.numbers()) - {*before} == {new}
    case = small.case(new)
    assert case["modifiedDateTime"].startswith(AS_OF)
    assert case["createdDateTime"] < case["modifiedDateTime"]
    assert small.search().json()["count"] == len(before) + 1


def test_what_is_published_late_may_have_an_old_number(small: Server) -> None:
    before = small.numbers()
    new = small.do(do="publish", count=20)
    assert len({*new} - {*before}) == 20
    assert min(new) < max(before)
    assert small.case(min(new))["createdDateTime"] < small.case(max(before))["createdDateTime"]
    assert {small.told(number)["modifiedDateTime"] for number in new} == {small.told(new[0])["modifiedDateTime"]}


def test_a_number_state_and_time_can_be_chosen(small: Server) -> None:
    free = max(small.numbers()) + 1
    time = "2026-01-02T03:04:05.6"
    assert small.do(do="publish", numbers=[free, 7], state="Guam", modifiedDateTime=time) == [free, 7]
    for number in (free, 7):
        assert small.case(number)["modifiedDateTime"] == time
        assert small.case(number)["sighting"]["address"]["state"]["name"] == "Guam"
    assert refusal(small, do="publish", numbers=[free]) == f"case {free} can not be published"


def test_a_resolved_case_says_so_and_is_gone_later(small: Server, number: int) -> None:
    modified = small.case(number)["modifiedDateTime"]
    assert small.do(do="resolve", numbers=[number]) == [number]
    assert small.case(number)["caseIsResolved"] is True
    assert small.case(number)["modifiedDateTime"] == modified
    assert small.control(number, listed=False).status_code == 204
    assert (is_listed(small, number), status(small, number)) == (False, 200)
    assert small.control(number, answers=False).status_code == 204
    assert (is_listed(small, number), status(small, number)) == (False, 404)
    assert small.told(number)["resolved"] is True
    small.do(do="restore", numbers=[number])
    small.do(do="reopen", numbers=[number], modifiedDateTime="now")
    assert small.case(number)["caseIsResolved"] is False
    assert small.case(number)["modifiedDateTime"] > modified


def test_a_case_may_be_listed_and_not_found_or_found_and_not_listed(small: Server, number: int) -> None:
    small.control(number, answers=False)
    assert (is_listed(small, number), status(small, number)) == (True, 404)
    small.control(number, answers=True, listed=False)
    assert (is_listed(small, number), status(small, number)) == (False, 200)
    assert small.told(number) | {"photos": []} == {
        "number": number,
        "listed": False,
        "answers": True,
        "resolved": False,
        "modifiedDateTime": small.case(number)["modifiedDateTime"],
        "states": small.told(number)["states"],
        "photos": [],
    }


@pytest.mark.parametrize("newer", [False, True])
def test_a_withdrawn_case_returns_with_the_same_time_or_a_newer_one(small: Server, number: int, newer: bool) -> None:
    modified = small.case(number)["modifiedDateTime"]
    pictures = [image["files"]["original"]["href"] for image in small.case(number)["images"]]
    small.do(do="withdraw", numbers=[number])
    assert (is_listed(small, number), status(small, number)) == (False, 404)
    assert small.get(pictures[0]).status_code == 404
    small.do(do="restore", numbers=[number], **({"modifiedDateTime": "now"} if newer else {}))
    assert is_listed(small, number)
    assert (small.case(number)["modifiedDateTime"] > modified) is newer
    assert small.get(pictures[0]).status_code == 200


def test_many_vanish_at_once_and_return(small: Server) -> None:
    small.do(do="restore", share=1)
    before = small.numbers()
    gone = small.do(do="withdraw", share=0.03, seed=4)
    assert len(gone) == round(len(before) * 0.03)
    assert small.numbers() == [number for number in before if number not in gone]
    assert small.do(do="restore", share=1) == gone
    assert small.numbers() == before
    assert small.do(do="withdraw", share=0.03, seed=4) == gone
    assert small.do(do="restore", numbers=gone) == gone
    assert small.do(do="withdraw", count=3, seed=5) != small.do(do="withdraw", count=3, seed=6)
    assert len(small.do(do="restore", share=1)) == 6


def test_many_are_touched_at_once_and_share_the_time(small: Server) -> None:
    touched = small.do(do="touch", share=0.1)
    times = {small.told(number)["modifiedDateTime"] for number in touched}
    assert len(touched) > 30
    assert len(times) == 1
    assert times.pop().startswith(AS_OF)
    rows = small.rows(projections=["namus2Number", "modifiedDateTime"], take=1000)
    assert sum(row["modifiedDateTime"] == small.told(touched[0])["modifiedDateTime"] for row in rows) == len(touched)


def photos(small: Server, number: int) -> dict[int, str]:
    """Each photo's identityId and storageKey."""
    return {i["identityId"]: i["files"]["original"]["storageKey"] for i in small.case(number)["images"]}


def original(small: Server, number: int, identity: int) -> bytes:
    answer = small.get(f"/api/CaseSets/NamUs/MissingPersons/Cases/{number}/Images/{identity}/Original")
    assert answer.status_code == 200
    return answer.content


def photo(small: Server, method: str, path: str, **options: Any) -> dict[str, Any]:
    answer = requests.request(method, f"{small.url}/_control/cases/{path}", timeout=10, **options)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_photo_is_added_replaced_and_removed(small: Server, number: int) -> None:
    before, first = photos(small, number), small.case(number)["modifiedDateTime"]
    added = photo(small, "POST", f"{number}/photos", params={"category": "ActualPhoto", "caption": "At home"})
    identity = added["identityId"]
    assert photos(small, number) == before | {identity: added["storageKey"]}
    image = small.case(number)["images"][-1]
    assert (image["category"]["name"], image["caption"]) == ("ActualPhoto", "At home")
    old, second = original(small, number, identity), small.case(number)["modifiedDateTime"]
    replaced = photo(small, "PUT", f"{number}/photos/{identity}")
    assert photos(small, number) == before | {identity: replaced["storageKey"]}
    assert replaced["storageKey"] != added["storageKey"]
    assert original(small, number, identity) != old
    third = small.case(number)["modifiedDateTime"]
    assert small.case(number)["images"][-1]["caption"] == "At home"
    photo(small, "DELETE", f"{number}/photos/{identity}")
    assert photos(small, number) == before
    assert first < second < third < small.case(number)["modifiedDateTime"]


def test_a_photo_can_be_given_and_change_unseen(small: Server, number: int, tmp_path: Path) -> None:
    modified = small.case(number)["modifiedDateTime"]
    write_picture(tmp_path / "one.png", 5, (96, 88))
    given = (tmp_path / "one.png").read_bytes()
    added = photo(small, "POST", f"{number}/photos", params={"touch": "false"}, data=given)
    assert original(small, number, added["identityId"]) == given
    said = small.case(number)["images"][-1]["files"]["original"]
    assert (said["width"], said["height"]) == (96, 88)
    assert said["mimeType"] in ("image/x-png", "image/png")
    assert small.case(number)["modifiedDateTime"] == modified
    photo(small, "DELETE", f"{number}/photos/{added['identityId']}", params={"touch": "false"})
    assert small.case(number)["modifiedDateTime"] == modified


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("POST", "1/photos", {}, 404),
        ("PUT", "{number}/photos/0", {}, 404),
        ("DELETE", "{number}/photos/0", {}, 404),
        ("POST", "{number}/photos", {"data": b"no picture"}, 400),
        ("POST", "{number}/photos", {"params": {"category": "Selfie"}}, 400),
    ],
)
def test_a_photo_that_cannot_be_is_refused(
    small: Server, number: int, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    url = f"{small.url}/_control/cases/{path.format(number=number)}"
    assert requests.request(method, url, timeout=10, **options).status_code == status


def refusal(small: Server, **body: Any) -> str:
    answer = requests.post(f"{small.url}/_control/cases", json=body, timeout=10)
    assert answer.status_code == 400
    message: str = answer.json()["message"]
    return message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "JSON object"),
        ({"do": "forget"}, "do must be one of"),
        ({"do": "withdraw"}, "say which cases"),
        ({"do": "withdraw", "share": 3}, "share must be"),
        ({"do": "withdraw", "count": -1}, "count must be"),
        ({"do": "withdraw", "numbers": "all"}, "numbers must be"),
        ({"do": "withdraw", "numbers": [1]}, "cases that were published"),
        ({"do": "withdraw", "count": 1, "seed": "x"}, "seed must be"),
        ({"do": "touch", "count": 1, "modifiedDateTime": "today"}, "modifiedDateTime must"),
        ({"do": "publish", "state": "Ontario"}, "state 'Ontario'"),
        ({"do": "publish", "count": 10_001}, "at most"),
        ({"do": "publish", "numbers": [0]}, "can not be published"),
        ({"do": "publish", "number": 3}, "JSON object with some of"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(small: Server, body: dict[str, Any], said: str) -> None:
    before = small.numbers()
    assert said in refusal(small, **body)
    assert small.numbers() == before


def test_nobody_knows_an_unpublished_case(small: Server) -> None:
    assert small.get("/_control/cases/1").status_code == 404
