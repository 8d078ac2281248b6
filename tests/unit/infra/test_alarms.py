"""The template's alarms rest on numbers that exist, and tell the operators what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode

from homeward.domain.operations import NAMESPACE, Metric
from homeward.domain.runbooks import Runbook

ROOT = Path(__file__).resolve().parents[3]
RESOURCES: dict[str, Any] = decode(str(ROOT / "infra" / "template.yaml"))[0]["Resources"]
ALARMS = {name: one["Properties"] for name, one in RESOURCES.items() if one["Type"] == "AWS::CloudWatch::Alarm"}


def test_every_number_has_an_alarm_and_every_alarm_of_ours_a_number() -> None:
    ours = {one["MetricName"] for one in ALARMS.values() if one["Namespace"] == NAMESPACE}
    assert ours == {metric.value for metric in Metric}


def test_every_machine_has_alarms_for_executions_that_fail_or_time_out() -> None:
    machines = {name for name, one in RESOURCES.items() if one["Type"].endswith("::StateMachine")}
    watched = {
        (dimension["Value"]["Ref"], one["MetricName"])
        for one in ALARMS.values()
        if one["Namespace"] == "AWS/States"
        for dimension in one["Dimensions"]
    }
    assert watched == {(name, metric) for name in machines for metric in ("ExecutionsFailed", "ExecutionsTimedOut")}


@pytest.mark.parametrize("name", ALARMS)
def test_every_alarm_tells_the_operators_what_to_do(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == [{"Ref": "OperationsTopic"}]
    assert alarm["AlarmDescription"].rsplit(" ", 1)[1] in {runbook.path for runbook in Runbook}


@pytest.mark.parametrize("metric", [Metric.HOURS_SINCE_SYNC, Metric.HOURS_SINCE_SEAL, Metric.OLDEST_REVIEW])
def test_silence_is_bad_news(metric: Metric) -> None:
    (alarm,) = (one for one in ALARMS.values() if one["MetricName"] == metric.value)
    assert alarm["TreatMissingData"] == "breaching"
