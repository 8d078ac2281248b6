"""Capacity: every limit once, loads that follow from what a detection does, an order by what bites first."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from homeward import cli
from homeward.domain.capacity import JOBS, RULES, Day, Limits, Size, reconcile_gigabytes, strains
from homeward.domain.cost import Work
from homeward.domain.errors import InputError
from tests.serving import ROOT

FILE = (ROOT / "infra" / "limits.json").read_bytes()
LIMITS = Limits.read(FILE)
TASKS = ("Search Faces", "Assess Candidates", "Publish Alert", "Mark Sent")
NOBODY = Work.of(("Search Faces", "Route Search", "No Candidate"), TASKS)
ALERT = Work.of((*TASKS, "Alerted"), TASKS)
LARGE = Day(Size(20_000_000, 1_000, 1_000), NOBODY, ALERT)


def share(day: Day, name: str) -> float:
    return next(one.share for one in strains(day, LIMITS) if one.rule.name == name)


def test_every_limit_of_the_file_has_a_rule_and_every_rule_a_limit() -> None:
    used_by_jobs = {"index_faces"}
    assert {rule.name for rule in RULES} | used_by_jobs == {*LIMITS.values["limits"]}
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_every_limit_says_where_it_is_from() -> None:
    for name in LIMITS.values["limits"]:
        limit = LIMITS.of(name)
        assert {"value", "unit", "adjustable", "read", "source"} <= {*limit}, name
        assert limit["source"].startswith("https://docs.aws.amazon.com/"), name
        assert limit.get("elsewhere", limit["value"]) <= limit["value"], name


def test_what_cant_be_raised_isnt_advised_to_be() -> None:
    for rule in RULES:
        assert LIMITS.of(rule.name)["adjustable"] or "ask AWS" not in rule.then, rule.name


def test_loads_of_the_busiest_second() -> None:
    """A million detections a day, ten times the mean: 115.7 a second."""
    assert share(LARGE, "search_faces") == pytest.approx(115.74 / 50, rel=0.001)
    # Two changes for who matches nobody, six for an alert, two write units each.
    assert share(LARGE, "audit_partition") == pytest.approx(115.74 * (0.99 * 2 + 0.01 * 6) * 2 / 1_000, rel=0.001)
    assert share(LARGE, "collection_faces") == 1
    assert share(LARGE, "camera_users") == 0.2


def test_the_first_that_bites_comes_first_and_bites_where_it_says() -> None:
    found = strains(LARGE, LIMITS)
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
    for one in found:
        if one.rule.grows_with == "detections" and one.bites_at:
            per_camera = round(one.bites_at / LARGE.size.cameras)
            there = replace(LARGE, size=replace(LARGE.size, detections_per_camera_per_day=per_camera))
            assert share(there, one.rule.name) == pytest.approx(1, rel=0.01), one.rule.name


def test_nothing_loads_nothing() -> None:
    empty = Day(Size(0, 0, 0), NOBODY, ALERT)
    assert {one.rule.name for one in strains(empty, LIMITS) if one.load} == {"camera_stacks"}
    assert all(job.seconds(empty, LIMITS) == 0 for job in JOBS)
    assert empty.size.bearable_fmr == 1


def test_other_regions_have_less() -> None:
    there = Limits.read(FILE, elsewhere=True)
    assert (there["search_faces"], LIMITS["search_faces"]) == (5, 50)
    assert there["collection_faces"] == LIMITS["collection_faces"]


def test_more_cases_need_a_stricter_rate() -> None:
    small, large = Size(24_620, 10, 1_000), LARGE.size
    assert small.bearable_fmr / large.bearable_fmr == pytest.approx(large.faces / small.faces)
    assert reconcile_gigabytes(small) == pytest.approx(0.233)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"limits": []}', b"{"])
def test_a_file_that_is_none(text: bytes) -> None:
    with pytest.raises(InputError):
        Limits.read(text)


@pytest.mark.parametrize("value", [None, 0, -1, "50"])
def test_a_limit_that_is_none_is_named(value: Any) -> None:
    with pytest.raises(InputError, match="'publish'"):
        Limits({"limits": {"publish": {"value": value}}})["publish"]


@pytest.mark.parametrize("wrong", [{"faces": -1}, {"peak": 0.5}, {"matched": 2}, {"phones": -1}])
def test_a_size_that_cant_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        replace(LARGE.size, **wrong)


def test_the_command() -> None:
    size = ["--faces", "20000000", "--cameras", "1000"]
    told = json.loads(CliRunner().invoke(cli.app, ["capacity", *size, "--json"]).stdout)
    assert told["limits"][0]["share"] > 1
    assert told["questions_a_day"] == 10_000
    shown = CliRunner().invoke(cli.app, ["capacity", *size, "--elsewhere"])
    assert (shown.exit_code, "yours may differ" in shown.stdout) == (0, True)
    missing = CliRunner().invoke(cli.app, ["capacity", "--limits", "/nowhere.json"])
    assert isinstance(missing.exception, InputError)
