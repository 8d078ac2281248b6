"""What can happen to items, and what the list then shows."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from .conftest import AS_OF, Server


@pytest.fixture
def item(server: Server) -> dict[str, Any]:
    """A missing person with an image, on the list."""
    return next(item for item in server.items(poster_classification="missing", status="na") if item["images"])


def test_new_items_are_published(server: Server) -> None:
    before = server.uids()
    new = server.do(do="publish", count=3, what="missing")
    assert server.uids() - before == {*new}
    assert {server.told()[uid]["what"] for uid in new} == {"missing"}
    for uid in new:
        shown = server.item(uid)
        assert shown["publication"].startswith(AS_OF)
        assert shown["modified"] == shown["publication"] + "+00:00"
    newest = server.page(sort_on="modified", pageSize=3)["items"]
    assert {shown["uid"] for shown in newest} == {*new}


def test_a_value_is_changed_with_the_time_and_set_back(server: Server, item: dict[str, Any]) -> None:
    control = f"items/{item['uid']}"
    assert server.control(control, set={"title": "ANOTHER NAME"}).status_code == 200
    changed = server.item(item["uid"])
    assert changed["title"] == "ANOTHER NAME"
    assert changed["modified"] > item["modified"]
    assert server.titled("another name") == changed
    server.control(control, set={"images": "none", "modified": 7}, touch=False)
    assert server.item(item["uid"]) == changed | {"images": "none", "modified": 7}
    server.control(control, reset=["title", "images", "modified"], touch=False)
    assert server.item(item["uid"]) == item | {"modified": changed["modified"]}


@pytest.mark.parametrize("status", ["located", "captured", "deceased"])
def test_a_status_changes(server: Server, item: dict[str, Any], status: str) -> None:
    assert server.do(do="status", status=status, uids=[item["uid"]]) == [item["uid"]]
    changed = server.item(item["uid"])
    assert changed == item | {"status": status, "modified": changed["modified"]}
    assert changed["modified"] > item["modified"]
    server.do(do="status", status="na", uids=[item["uid"]], touch=False)
    assert server.item(item["uid"]) == changed | {"status": "na"}


def test_a_withdrawn_item_is_gone_and_returns_as_it_was(server: Server, item: dict[str, Any]) -> None:
    picture = item["images"][0]["original"]
    server.do(do="withdraw", uids=[item["uid"]])
    assert item["uid"] not in server.uids()
    assert server.get(f"/@wanted-person/{item['uid']}").status_code == 404
    assert requests.get(picture, timeout=10).status_code == 404
    assert server.do(do="return", share=1) == [item["uid"]]
    assert server.item(item["uid"]) == item
    assert requests.get(picture, timeout=10).status_code == 200


def test_an_item_may_be_listed_and_not_found_or_found_and_not_listed(server: Server, item: dict[str, Any]) -> None:
    uid = item["uid"]
    server.control(f"items/{uid}", answers=False)
    assert (uid in server.uids(), server.get(f"/@wanted-person/{uid}").status_code) == (True, 404)
    server.control(f"items/{uid}", answers=True, listed=False)
    assert (uid in server.uids(), server.get(f"/@wanted-person/{uid}").status_code) == (False, 200)


def test_many_vanish_and_many_are_touched_at_once(server: Server) -> None:
    before = server.items()
    gone = server.do(do="withdraw", share=0.1, seed=4)
    assert len(gone) == round(len(before) * 0.1)
    assert server.uids() == {item["uid"] for item in before} - {*gone}
    server.do(do="return", share=1)
    assert server.do(do="withdraw", share=0.1, seed=4) == gone
    server.do(do="return", share=1)
    touched = server.do(do="touch", count=60, what="missing")
    after = {item["uid"]: item for item in server.items()}
    assert {server.told()[uid]["what"] for uid in touched} == {"missing"}
    (time,) = {after[uid]["modified"] for uid in touched}
    assert all(after[item["uid"]] == item | {"modified": time} for item in before if item["uid"] in touched)
    assert all(after[item["uid"]] == item for item in before if item["uid"] not in touched)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "JSON object"),
        ({"do": "forget"}, "do must be one of"),
        ({"do": "withdraw"}, "say which items"),
        ({"do": "withdraw", "share": 3}, "say which items"),
        ({"do": "withdraw", "count": -1}, "count must be"),
        ({"do": "withdraw", "uids": "all"}, "uids must be"),
        ({"do": "withdraw", "uids": ["0" * 32]}, "uids must be"),
        ({"do": "withdraw", "count": 1, "seed": "x"}, "seed must be"),
        ({"do": "status", "status": "found", "count": 1}, "status must be"),
        ({"do": "publish", "count": 1001}, "at most"),
        ({"do": "publish", "what": "ghost"}, "what must be"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(server: Server, body: dict[str, Any], said: str) -> None:
    before = server.told()
    answer = server.control("items", **body)
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert server.told() == before


def test_one_item_takes_only_what_it_has(server: Server, item: dict[str, Any]) -> None:
    assert server.control(f"items/{item['uid']}", set={"shoe_size": 9}).status_code == 400
    assert server.control(f"items/{item['uid']}", listed="no").status_code == 400
    assert server.control("items/nobody", listed=False).status_code == 404
    assert server.item(item["uid"]) == item
