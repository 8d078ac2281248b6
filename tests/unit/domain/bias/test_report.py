"""What a report says about its own measurement: whose numbers they are, and whether anything may follow from them."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.domain.bias.report import build_report

FACTS = {"collection": "missing-people-1", "face_model_version": "7.0", "hosts": {"www.namus.gov": 3}}


def report(**facts: Any) -> dict[str, Any]:
    return build_report("run", "2026-11-22T00:00:00.000Z", {**FACTS, **facts}, {"version": "1"}, {"problems": ["odd"]})


def test_whole_and_unchanged() -> None:
    made = report(at_end={"collection": "missing-people-1", "face_model_version": "7.0"})
    assert (made["may_propose"], made["synthetic"], made["problems"]) == (True, False, ["odd"])
    assert made["cannot_show"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"at_end": {"collection": "missing-people-2", "face_model_version": "7.0"}}, "missing-people-2"),
        ({"at_end": {"collection": "missing-people-1", "face_model_version": "8.0"}}, "another face model"),
        ({"missing_batches": ["0003"]}, "0003"),
    ],
)
def test_numbers_of_no_one_collection_support_no_policy(facts: dict[str, Any], said: str) -> None:
    made = report(**facts)
    assert not made["may_propose"]
    assert said in made["problems"][0]


def test_faces_that_went_or_came_are_told_and_stop_nothing() -> None:
    made = report(gone=3, came=1_000)
    assert made["may_propose"]
    assert [line.split()[0] for line in made["problems"]] == ["3", "1,000", "odd"]


@pytest.mark.parametrize(
    ("hosts", "synthetic"),
    [
        ({"127.0.0.1:14588": 8}, True),
        ({"localhost": 8}, True),
        ({"[::1]:1": 8}, True),
        ({"www.namus.gov": 5, "127.0.0.2": 1}, True),
        ({"127.0.0.1.example.org": 8}, False),
        ({}, False),
    ],
)
def test_cases_of_a_server_on_this_machine_are_made_up(hosts: dict[str, int], synthetic: bool) -> None:
    assert report(hosts=hosts)["synthetic"] is synthetic


def test_people_whose_records_say_so_are_made_up() -> None:
    assert report(synthetic=True)["synthetic"]
