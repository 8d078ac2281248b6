"""The alarms: each metric has one, each says what to do, and none is silent where silence is bad news."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode

from homeward.bootstrap import SOURCES
from homeward.domain.operations import JOBS, NAMESPACE, Metric
from homeward.domain.runbooks import Runbook
from homeward.domain.status import LIMITS

ROOT = Path(__file__).resolve().parents[3]
STACK = {"Name": "Stack", "Value": {"Ref": "AWS::StackName"}}
MEASURED_EVERY = 15 * 60  # seconds, see dags/watch_operations.py


def resources(kind: str) -> dict[str, Any]:
    template, problems = decode(str(ROOT / "infra" / "template.yaml"))
    assert problems == []
    return {name: body["Properties"] for name, body in template["Resources"].items() if body["Type"] == kind}


ALARMS = resources("AWS::CloudWatch::Alarm")
OURS = {name: alarm for name, alarm in ALARMS.items() if alarm["Namespace"] == NAMESPACE}


@pytest.mark.parametrize("name", ALARMS)
def test_it_tells_the_operators_what_to_do(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == [{"Ref": "OperationsTopic"}]
    (page,) = re.findall(r"docs/runbooks/\S+$", alarm["AlarmDescription"])
    assert page in {book.path for book in Runbook}
    assert (ROOT / page).exists()
    assert f"`{name}`" in (ROOT / page).read_text(), "the page doesn't know the alarm"


def test_every_metric_has_an_alarm_and_no_alarm_waits_for_what_nobody_measures() -> None:
    assert {alarm["MetricName"] for alarm in OURS.values()} == set(Metric)


@pytest.mark.parametrize("name", OURS)
def test_homeward_status_has_the_same_limits(name: str) -> None:
    assert OURS[name]["Threshold"] == LIMITS[Metric(OURS[name]["MetricName"])]
    assert OURS[name]["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


@pytest.mark.parametrize("name", OURS)
def test_it_looks_at_this_stack(name: str) -> None:
    assert STACK in OURS[name]["Dimensions"]
    labels = {one["Name"] for one in OURS[name]["Dimensions"]} - {"Stack"}
    assert labels == ({"Source"} if OURS[name]["MetricName"] == Metric.HOURS_SINCE_SYNC else set())


def test_every_source_has_its_alarm() -> None:
    dimensions = [a["Dimensions"] for a in OURS.values() if a["MetricName"] == Metric.HOURS_SINCE_SYNC]
    sources = [one["Value"] for found in dimensions for one in found if one["Name"] == "Source"]
    assert sorted(sources) == sorted(SOURCES)


def test_silence_about_an_age_is_bad_news() -> None:
    ages = {Metric.HOURS_SINCE_SYNC, *(age for age, _ in JOBS.values())}
    for name, alarm in OURS.items():
        expected = "breaching" if alarm["MetricName"] in ages else "ignore"
        assert alarm["TreatMissingData"] == expected, name


@pytest.mark.parametrize("name", OURS)
def test_no_period_is_empty_while_somebody_measures(name: str) -> None:
    """Every period holds a value although a run may be late."""
    assert OURS[name]["Period"] >= 2 * MEASURED_EVERY
    assert OURS[name]["Statistic"] == "Maximum"


def test_daily_jobs_have_half_a_day_to_be_late() -> None:
    ages = {alarm["MetricName"]: alarm["Threshold"] for alarm in OURS.values()}
    hourly = ages.pop("HoursSinceSeal")
    assert {hours for name, hours in ages.items() if name.startswith("HoursSince")} == {36}
    assert hourly == 4


def test_every_machine_is_watched_for_both_bad_ends() -> None:
    machines = resources("AWS::Serverless::StateMachine")
    watched = {
        (alarm["Dimensions"][0]["Value"]["Ref"], alarm["MetricName"])
        for alarm in ALARMS.values()
        if alarm["Namespace"] == "AWS/States"
    }
    assert watched == {(name, end) for name in machines for end in ("ExecutionsFailed", "ExecutionsTimedOut")}
    for alarm in ALARMS.values():
        if alarm["Namespace"] == "AWS/States":
            assert alarm["Dimensions"][0]["Name"] == "StateMachineArn"
            assert (alarm["Statistic"], alarm["Threshold"], alarm["TreatMissingData"]) == ("Sum", 1, "notBreaching")
