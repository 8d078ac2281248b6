"""The bill: every service once, tiers, and assumptions that the template and the tested paths keep."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cfnlint.decode import decode
from typer.testing import CliRunner

from homeward import cli
from homeward.bootstrap import SOURCES
from homeward.domain.cost import (
    KEPT_DAYS,
    MEMORY_GB,
    Prices,
    Site,
    Work,
    as_in_2018,
    first_fill,
    monthly,
)
from homeward.domain.errors import InputError
from homeward.domain.operations import Metric
from tests.serving import ROOT

PRICES = Prices.read((ROOT / "infra" / "prices.json").read_bytes())
SITE = Site(cases=14_444, photos=24_620, detections_per_day=1_000)
TASKS = ("Search Faces", "Assess Candidates", "Publish Alert", "Mark Sent")
NOBODY = Work.of(("Search Faces", "Route Search", "No Candidate"), TASKS)
ALERT = Work.of((*TASKS, "Alerted"), TASKS)


def test_work_is_counted_on_the_path() -> None:
    assert (NOBODY.states, NOBODY.functions, NOBODY.alerts) == (4, 2, 0)
    assert (ALERT.states, ALERT.functions, ALERT.alerts) == (6, 6, 1)


@pytest.mark.parametrize(
    ("images", "dollars"),
    [(0, 0), (24_620, 24.62), (1_000_000, 1_000), (5_000_000, 4_200), (35_000_000, 22_200), (36_000_000, 22_600)],
)
def test_tiers_of_rekognition(images: int, dollars: float) -> None:
    assert PRICES.images(images) == pytest.approx(dollars)


def test_a_month_is_the_sum_of_its_services() -> None:
    bill = monthly(SITE, PRICES, NOBODY, ALERT)
    assert next(iter(bill)) == "Rekognition"
    assert bill["Rekognition"] == pytest.approx(30.4 + 24_620 * 0.001 * 30.4 * 0.001 + 0.2462)
    assert all(dollars >= 0 for dollars in bill.values())


def test_more_of_anything_never_costs_less() -> None:
    total = sum(monthly(SITE, PRICES, NOBODY, ALERT).values())
    for more in (
        {"cases": 10**6},
        {"photos": 10**7},
        {"detections_per_day": 10**6},
        {"matched": 0.5},
        {"changed": 0.1},
    ):
        assert sum(monthly(replace(SITE, **more), PRICES, NOBODY, ALERT).values()) > total  # type: ignore[arg-type]


def test_nothing_still_costs_alarms_and_a_key() -> None:
    bill = monthly(Site(0, 0, 0), PRICES, NOBODY, ALERT)
    assert {service for service, dollars in bill.items() if dollars} == {"CloudWatch", "KMS"}


def test_the_design_of_2018_searched_for_each_face_of_each_frame() -> None:
    assert as_in_2018(SITE, PRICES) > 10 * sum(monthly(SITE, PRICES, NOBODY, ALERT).values())
    assert first_fill(SITE, PRICES) == pytest.approx(24.76, abs=0.01)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"null"])
def test_a_price_file_that_is_none(text: bytes) -> None:
    with pytest.raises(InputError):
        Prices.read(text)


@pytest.mark.parametrize("value", [None, "0.1", True, -1])
def test_a_price_that_is_none_is_named(value: Any) -> None:
    with pytest.raises(InputError, match="'publish'"):
        Prices({"publish": value})["publish"]


@pytest.mark.parametrize("wrong", [{"photos": -1}, {"matched": 1.5}, {"changed": -0.1}])
def test_a_site_that_cant_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        replace(SITE, **wrong)


def test_assumptions_are_the_templates() -> None:
    template, problems = decode(str(ROOT / "infra" / "template.yaml"))
    assert problems == []
    kinds = [body["Type"] for body in template["Resources"].values()]
    assert kinds.count("AWS::CloudWatch::Alarm") == SITE.alarms
    assert len(Metric) - 1 + len(SOURCES) == SITE.metrics  # one for each source
    assert template["Globals"]["Function"]["MemorySize"] / 1024 == MEMORY_GB
    assert template["Globals"]["Function"]["Architectures"] == ["arm64"]  # whose price the file has
    assert template["Parameters"]["PictureDays"]["Default"] == KEPT_DAYS


def test_the_command() -> None:
    told = CliRunner().invoke(cli.app, ["cost", "--detections-per-day", "100", "--mwaa", "medium", "--json"])
    bill = json.loads(told.stdout)
    assert bill["month"] == pytest.approx(sum(bill["by_service"].values()))
    assert bill["by_service"]["MWAA"] == pytest.approx(730 * PRICES["mwaa_medium_hour"])
    shown = CliRunner().invoke(cli.app, ["cost"])
    assert (shown.exit_code, "check before you quote" in shown.stdout) == (0, True)


def test_the_command_without_a_price_file() -> None:
    told = CliRunner().invoke(cli.app, ["cost", "--prices", "/nowhere.json"])
    assert isinstance(told.exception, InputError)
