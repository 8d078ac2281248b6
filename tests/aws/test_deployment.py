"""What the template says is what is there; doing it again changes nothing. Most are contract tests from elsewhere."""

from __future__ import annotations

from homeward.adapters.aws import client
from homeward.packaging import ROOT
from homeward.settings import Setting, Settings
from tests.aws.conftest import Stack
from tests.contract.deployment.test_deployment import (
    test_buckets_forget,
    test_buckets_read_back,
    test_indexes_read_back,
    test_tables_read_back,
    test_the_audit_bucket_forgets_nothing,
)

__all__ = [
    "test_buckets_forget",
    "test_buckets_read_back",
    "test_indexes_read_back",
    "test_tables_read_back",
    "test_the_audit_bucket_forgets_nothing",
]


def test_again_changes_nothing(stack: Stack, settings: Settings) -> None:
    again = stack.deploy()
    assert again.changes == ()
    assert Settings(again.settings)[Setting.AUDIT_KEY_ARN] == settings[Setting.AUDIT_KEY_ARN]


def test_every_alarm_tells_the_operators(stack: Stack, settings: Settings) -> None:
    pages = client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack.name}-")
    alarms = [one for page in pages for one in page["MetricAlarms"]]
    template = (ROOT / "infra" / "template.yaml").read_text()
    assert len(alarms) == template.count("Type: AWS::CloudWatch::Alarm")
    assert {tuple(one["AlarmActions"]) for one in alarms} == {(settings[Setting.OPERATIONS_TOPIC_ARN],)}


def test_the_collection_is_this_stack_s_own(stack: Stack, settings: Settings) -> None:
    name = client("ssm").get_parameter(Name=settings[Setting.COLLECTION_PARAMETER])["Parameter"]["Value"]
    assert name == f"{stack.name}-faces-1"
    assert client("rekognition").describe_collection(CollectionId=name)["FaceCount"] >= 0
