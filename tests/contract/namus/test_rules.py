"""Which requests meet a fault."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.serving import serving

from .conftest import Server


def statuses(small: Server, numbers: list[int]) -> list[int]:
    return [small.session.get(f"{small.missing}/Cases/{number}", timeout=10).status_code for number in numbers]


def test_the_next_requests_that_match_a_path(small: Server) -> None:
    numbers = small.numbers(take=4)
    small.fault("status", path=f"CASES/{numbers[1]}$", times=2)
    assert statuses(small, numbers * 3) == [200, 503, 200, 200, 200, 503, 200, 200, 200, 200, 200, 200]


def test_some_may_pass_first(small: Server) -> None:
    numbers = small.numbers(take=4)
    small.fault("status", on="detail", after=2, times=1)
    assert statuses(small, numbers) == [200, 200, 503, 200]


def test_one_case_for_ever_and_nobody_else(small: Server) -> None:
    numbers = small.numbers(take=3)
    small.fault("html", on=["detail"], case=numbers[0])
    for _ in range(3):
        with pytest.raises(requests.JSONDecodeError):
            small.case(numbers[0])
        assert small.case(numbers[1])["id"] == numbers[1]
    poster = f"/api/CaseSets/NamUs/MissingPersons/Cases/{numbers[0]}/Images/Default/Thumbnail"
    assert small.get(poster).headers["content-type"] == "image/jpg"


def test_a_share_of_the_requests(small: Server) -> None:
    (number,) = small.numbers(take=1)
    small.fault("status", on="detail", share=0.3)
    assert 15 <= statuses(small, [number] * 100).count(503) <= 45


def test_a_share_of_the_cases_is_always_the_same_cases(small: Server) -> None:
    numbers = small.numbers(take=100)
    small.fault("status", on="detail", share=0.3, of="cases")
    first = statuses(small, numbers)
    assert 15 <= first.count(503) <= 45
    assert statuses(small, numbers[::-1]) == first[::-1]


def test_the_same_seed_gives_the_same_faults(tmp_path_factory: pytest.TempPathFactory) -> None:
    rule = '{"fault": "status", "on": "detail", "share": 0.5}'
    page = '{"fault": "html", "on": "states"}'
    seen = []
    for run in range(2):
        options = ["--cases", "20", "--seed", "9", "--as-of", "2026-06-30", "--fault", rule, "--fault", page]
        with serving("standins.namus", *options, log=tmp_path_factory.mktemp(f"run{run}") / "log") as url:
            server = Server(url)
            seen.append(statuses(server, server.numbers()))
            assert server.get("/api/CaseSets/NamUs/States").text.startswith("<!DOCTYPE")
    assert seen[0] == seen[1]
    assert set(seen[0]) == {200, 503}


def test_faults_add_up_the_newest_outermost(small: Server) -> None:
    numbers = small.numbers(take=2)
    small.fault("html")
    small.fault("wrong_content_type", content_type="application/json")
    answer = requests.get(f"{small.missing}/Cases/{numbers[0]}", timeout=10)
    assert answer.headers["content-type"] == "application/json"
    assert answer.text.startswith("<!DOCTYPE")


def test_rules_are_listed_and_taken_back(small: Server) -> None:
    (number,) = small.numbers(take=1)
    first, second = small.fault("status", status=429), small.fault("slow", seconds=0, on="search")
    statuses(small, [number] * 2)
    listed = small.get("/_control/faults").json()
    assert [(rule["id"], rule["fault"], rule["seen"], rule["done"]) for rule in listed] == [
        (first, "status", 2, 2),
        (second, "slow", 0, 0),
    ]
    assert (listed[0]["status"], listed[1]["seconds"], listed[1]["on"]) == (429, 0, ["search"])
    assert requests.delete(f"{small.url}/_control/faults/{first}", timeout=10).status_code == 204
    assert requests.delete(f"{small.url}/_control/faults/{first}", timeout=10).status_code == 404
    assert statuses(small, [number]) == [200]
    assert requests.delete(f"{small.url}/_control/faults", timeout=10).status_code == 204
    assert small.get("/_control/faults").json() == []


def test_every_kind_of_fault_is_told_with_its_options(small: Server) -> None:
    kinds: dict[str, Any] = small.get("/_control/faults/kinds").json()
    assert {"slow", "drip", "drop", "status", "html", "huge_picture", "endless", "png_bomb", "drift"} <= kinds.keys()
    assert kinds["slow"]["options"] == {"seconds": 5.0}
    for name, kind in kinds.items():
        assert kind["does"]
        rule = small.fault(name, times=0, **kind["options"])
        requests.delete(f"{small.url}/_control/faults/{rule}", timeout=10)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (None, "JSON object"),
        ({}, "fault must be one of"),
        ({"fault": "flood"}, "fault must be one of"),
        ({"fault": "slow", "secs": 1}, "'secs' is no option here; there are: seconds"),
        ({"fault": "slow", "seconds": "1"}, "seconds can't be '1'"),
        ({"fault": "slow", "seconds": True}, "seconds can't be True"),
        ({"fault": "slow", "seconds": -1}, "from 0"),
        ({"fault": "status", "status": 200}, "from 400"),
        ({"fault": "status", "retry_after": "soon"}, "retry_after"),
        ({"fault": "drop", "when": "never"}, "when must be"),
        ({"fault": "drop", "how": "gently"}, "how must be"),
        ({"fault": "redirect", "to": "a\r\nSet-Cookie: b"}, "to must be"),
        ({"fault": "png_bomb", "width": 0}, "width"),
        ({"fault": "drift", "what": "run"}, "what must be"),
        ({"fault": "wrong_types", "set": []}, "set can't be"),
        ({"fault": "html", "on": "everything"}, "on must be some of"),
        ({"fault": "html", "path": "("}, "no regular expression"),
        ({"fault": "html", "share": 2}, "share must be"),
        ({"fault": "html", "of": "people"}, "of must be"),
        ({"fault": "html", "times": -1}, "times must be"),
        ({"fault": "html", "case": "7"}, "case must be"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(small: Server, rule: Any, said: str) -> None:
    answer = requests.post(f"{small.url}/_control/faults", json=rule, timeout=10)
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert small.get("/_control/faults").json() == []
