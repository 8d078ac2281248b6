"""What goes wrong: faults for some requests, and the limit."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests

from standins.fbi.manners import Manners

from .conftest import Server

LIST = "/wanted/v1/list"


def fault(server: Server, name: str, **options: Any) -> dict[str, Any]:
    answer = server.control("faults", fault=name, **options)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("status", [429, 403])
def test_a_status_for_some_requests_and_some_time(server: Server, status: int) -> None:
    uid = server.page()["items"][0]["uid"]
    rule = fault(server, "status", status=status, retry_after=2, on="item", after=1, times=2)
    answers = [server.get(f"/@wanted-person/{uid}") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, status, status, 200]
    assert answers[1].headers["retry-after"] == "2"
    assert server.get(LIST).status_code == 200
    (told,) = server.get("/_control/faults").json()
    assert told == rule | {"seen": 4, "done": 2}


def test_a_page_for_browsers(server: Server) -> None:
    fault(server, "html")
    answer = server.get(LIST)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_body_that_was_cut_off(server: Server) -> None:
    whole = server.get(LIST, page=2).content
    fault(server, "truncated", part=0.25, path="page=2")
    cut = server.get(LIST, page=2)
    assert cut.content == whole[: len(whole) // 4]
    assert cut.headers["content-type"] == "application/json"
    with pytest.raises(requests.exceptions.JSONDecodeError):
        cut.json()
    assert len(server.page(page=1)["items"]) == 20


def test_wrong_types(server: Server) -> None:
    uid = server.page()["items"][0]["uid"]
    rule = fault(server, "wrong_types")
    assert isinstance(server.page()["items"], dict)
    assert (server.item(uid)["images"], server.item(uid)["age_min"]) == ("none", "forty")
    server.session.delete(f"{server.url}/_control/faults/{rule['id']}", timeout=10)
    fault(server, "wrong_types", set={"total": "many"}, on=["list"])
    assert server.page()["total"] == "many"
    assert isinstance(server.item(uid)["images"], list)


def test_a_late_answer(server: Server) -> None:
    fault(server, "slow", seconds=0.3, times=1)
    start = time.monotonic()
    assert server.get(LIST).status_code == 200
    assert time.monotonic() - start >= 0.3


def test_a_share_meets_the_same_requests_each_time_and_rules_add_up(server: Server) -> None:
    fault(server, "status", status=503, share=0.5)
    fault(server, "slow", seconds=0.001)
    statuses = [server.get(LIST, pageSize=1).status_code for _ in range(40)]
    assert 8 < statuses.count(503) < 32
    assert {told["seen"] for told in server.get("/_control/faults").json()} == {40}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"fault": "flood"},
        {"fault": "status", "status": 200},
        {"fault": "status", "seconds": 1},
        {"fault": "slow", "seconds": "long"},
        {"fault": "html", "on": "search"},
        {"fault": "html", "share": 2},
        {"fault": "html", "times": True},
        {"fault": ["html"]},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(server: Server, body: object) -> None:
    answer = requests.post(f"{server.url}/_control/faults", data=json.dumps(body), timeout=10)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert server.get("/_control/faults").json() == []


def test_who_asks_too_fast_is_locked_out_of_one_host(server: Server) -> None:
    picture = next(item["images"][0]["thumb"] for item in server.page()["items"] if item["images"])
    assert server.control("rate", rate=2, lockout=60).status_code == 204
    answers = [server.get(LIST, pageSize=1) for _ in range(20)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert requests.get(picture, timeout=10).status_code == 200
    assert server.control("rate", rate=None).status_code == 204
    assert {server.get(LIST, pageSize=1).status_code for _ in range(20)} == {200}
    assert server.control("rate", rate=0).status_code == 400


def test_a_lockout_ends_and_slow_askers_never_meet_it() -> None:
    now = [0.0]
    manners = Manners(rate=2, lockout=5, clock=lambda: now[0])
    waits = []
    for now[0] in (0, 0.5, 1.1, 1.6, 1.7, 2.0, 6.6, 6.8, 7.3):
        waits.append(round(manners.locked_out("a"), 1))
    assert waits == [0, 0, 0, 0, 5, 4.7, 0.1, 0, 0]


def test_requests_are_counted_by_kind(server: Server) -> None:
    server.session.delete(f"{server.url}/_control/requests", timeout=10)
    fault(server, "status", on="list")
    for path in (LIST, LIST, "/@wanted-person/x", "/wanted/a/b/@@images/image", "/_control/items"):
        server.get(path)
    assert server.get("/_control/requests").json() == {"list": 2, "item": 1, "image": 1}
