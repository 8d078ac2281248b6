"""The template: what is stored and sent is encrypted, over TLS only, kept, traced and watched."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode

from homeward.domain.operations import NAMESPACE, Metric
from homeward.settings import Setting

TEMPLATE, problems = decode(str(Path(__file__).resolve().parents[3] / "infra" / "template.yaml"))
OUR_KEY = {"Fn::GetAtt": ["DataKey", "Arn"]}
PLAIN_HTTP = {"Bool": {"aws:SecureTransport": "false"}}
# Evidence: it must stay readable whatever becomes of a key of ours.
EVIDENCE = {"AuditBucket", "AuditTable"}


def resources(kind: str) -> dict[str, Any]:
    return {name: body["Properties"] for name, body in TEMPLATE["Resources"].items() if body["Type"] == kind}


def statements(kind: str, names: str) -> dict[str, list[dict[str, Any]]]:
    """Statements of each resource policy, by the resource that it is for."""
    found = {}
    for policy in resources(kind).values():
        for target in policy[names] if isinstance(policy[names], list) else [policy[names]]:
            found[target["Ref"]] = policy["PolicyDocument"]["Statement"]
    return found


def test_data_outlives_the_stack() -> None:
    data = {"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key"}
    kept = {name: body for name, body in TEMPLATE["Resources"].items() if body["Type"] in data}
    assert len(kept) == sum(setting.endswith(("_TABLE", "_BUCKET")) for setting in Setting) + 2
    for name, body in kept.items():
        assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain"), name


@pytest.mark.parametrize("name", resources("AWS::S3::Bucket"))
def test_buckets_are_private_and_encrypted(name: str) -> None:
    body = resources("AWS::S3::Bucket")[name]
    assert len(body["PublicAccessBlockConfiguration"]) == 4
    assert all(body["PublicAccessBlockConfiguration"].values())
    (rule,) = body["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    expected = (
        {"SSEAlgorithm": "AES256"} if name in EVIDENCE else {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": OUR_KEY}
    )
    assert rule["ServerSideEncryptionByDefault"] == expected


def test_tables_are_recoverable_and_encrypted() -> None:
    for name, table in resources("AWS::DynamoDB::Table").items():
        ours = {} if name in EVIDENCE else {"SSEType": "KMS", "KMSMasterKeyId": OUR_KEY}
        assert table["SSESpecification"] == {"SSEEnabled": True, **ours}, name
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert table["BillingMode"] == "PAY_PER_REQUEST", name


def test_messages_and_logs_are_encrypted_and_logs_end() -> None:
    assert all(one["KmsMasterKeyId"] == OUR_KEY for one in resources("AWS::SNS::Topic").values())
    assert all(one["SqsManagedSseEnabled"] is True for one in resources("AWS::SQS::Queue").values())
    for name, group in resources("AWS::Logs::LogGroup").items():
        assert group["KmsKeyId"] == OUR_KEY, name
        assert group["RetentionInDays"] == {"Ref": "LogDays"}, name


@pytest.mark.parametrize(
    ("kind", "names", "targets"),
    [
        ("AWS::S3::BucketPolicy", "Bucket", "AWS::S3::Bucket"),
        ("AWS::SNS::TopicPolicy", "Topics", "AWS::SNS::Topic"),
        ("AWS::SQS::QueuePolicy", "Queues", "AWS::SQS::Queue"),
    ],
)
def test_plain_http_is_refused(kind: str, names: str, targets: str) -> None:
    found = statements(kind, names)
    assert set(found) == set(resources(targets))
    for name, rules in found.items():
        denials = [one for one in rules if one["Effect"] == "Deny"]
        assert [(one["Principal"], one["Condition"]) for one in denials] == [("*", PLAIN_HTTP)], name


def test_topics_leave_it_to_identities_who_may_publish() -> None:
    """Without a policy that names the account, every identity of the account may."""
    for name, rules in statements("AWS::SNS::TopicPolicy", "Topics").items():
        for rule in (one for one in rules if one["Effect"] == "Allow"):
            (kind,) = rule["Principal"]
            if kind == "AWS":
                assert rule["Principal"]["AWS"]["Fn::Sub"].endswith(":root"), name
            else:
                assert rule["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}, name
    services = [
        one for one in statements("AWS::SNS::TopicPolicy", "Topics")["AlertTopic"] if "Service" in one["Principal"]
    ]
    assert services == [], "only identities publish alerts"


def test_keys_serve_this_account_only() -> None:
    key = resources("AWS::KMS::Key")["DataKey"]
    assert key["EnableKeyRotation"] is True
    for rule in key["KeyPolicy"]["Statement"]:
        if rule["Sid"] != "Account":
            assert json.dumps(rule["Condition"]).count("AccountId") >= 1, rule["Sid"]
            assert "kms:*" not in rule["Action"]


def test_functions_and_machines_are_traced() -> None:
    assert TEMPLATE["Globals"]["Function"]["Tracing"] == "Active"
    assert all(one["Tracing"] == {"Enabled": True} for one in resources("AWS::Serverless::StateMachine").values())
    assert all({"Ref": "WriteTraces"} in role["ManagedPolicyArns"] for role in resources("AWS::IAM::Role").values())


def test_the_dashboard_shows_every_alarm_and_every_metric_of_ours() -> None:
    body = resources("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    named = set(re.findall(r"\$\{(\w+)", body))
    assert named - {"AWS"} <= set(TEMPLATE["Resources"])
    widgets = json.loads(body)["widgets"]
    alarms = {name for name in TEMPLATE["Resources"] if TEMPLATE["Resources"][name]["Type"] == "AWS::CloudWatch::Alarm"}
    assert {one.split(".")[0].strip("${") for one in widgets[0]["properties"]["alarms"]} == alarms
    shown = [metric for one in widgets[1:] for metric in one["properties"]["metrics"]]
    assert {metric[1] for metric in shown if metric[0] == NAMESPACE} == set(Metric)
    assert all(one["x"] + one["width"] <= 24 for one in widgets), "a row has 24 columns"


def test_a_budget_is_made_only_for_an_amount_and_tells_the_operators() -> None:
    assert TEMPLATE["Resources"]["Budget"]["Condition"] == "HasBudget"
    told = resources("AWS::Budgets::Budget")["Budget"]["NotificationsWithSubscribers"]
    assert {one["Notification"]["NotificationType"] for one in told} == {"ACTUAL", "FORECASTED"}
    assert all(
        one["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": "OperationsTopic"}}] for one in told
    )
