"""Deploying the template: what is there afterwards, and what doing it again does."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from homeward.adapters import stacks
from homeward.adapters.policies import LivePolicy
from homeward.deployment import plan
from homeward.domain.errors import DeployError, InputError, PolicyError
from homeward.packaging import ROOT
from homeward.settings import Setting
from tests.contract.deployment.conftest import PHONE, Run, run

TABLES = [setting.value for setting in Setting if setting.value.endswith("_TABLE")]
BUCKETS = [setting.value for setting in Setting if setting.value.endswith("_BUCKET")]
PROBE = """
import importlib.util
import boto3, botocore, homeward.bootstrap, aws_lambda_powertools

def handler(event, context):
    return {name: bool(importlib.util.find_spec(name)) for name in ("numpy", "requests", "ministack", "pip")}
"""


def stack_of(aws: Any, name: str = "homeward") -> Any:
    return aws("cloudformation").describe_stacks(StackName=name)["Stacks"][0]


def policy_events(aws: Any, run_: Run) -> list[Any]:
    answer = aws("dynamodb").query(
        TableName=run_.result.settings["AUDIT_TABLE"],
        IndexName="by_subject",
        KeyConditionExpression="subject = :subject",
        ExpressionAttributeValues={":subject": {"S": "policy:floor-3"}},
    )
    return list(answer["Items"])


def test_everything_was_made(first: Run, aws: Any) -> None:
    stack = stack_of(aws)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {change.action for change in first.result.changes} == {"Add"}
    for layer in ("layer-", "imaging_layer-"):
        assert any(text.startswith(f"uploaded {layer}") for text in first.said)
    assert first.said[-1] == f"stack homeward: {len(first.result.changes)} changes"


def test_settings_parameter_names_what_exists(first: Run, aws: Any) -> None:
    value = aws("ssm").get_parameter(Name="/homeward/homeward/settings")["Parameter"]["Value"]
    settings = json.loads(value)
    assert settings == first.result.settings
    assert sorted(settings) == sorted(Setting)
    for table in TABLES:
        assert aws("dynamodb").describe_table(TableName=settings[table])["Table"]["TableStatus"] == "ACTIVE"
    for bucket in BUCKETS:
        aws("s3").head_bucket(Bucket=settings[bucket])
    for machine in ("DETECTION_MACHINE_ARN", "FRAME_MACHINE_ARN", "INDEX_PHOTOS_MACHINE_ARN"):
        found = aws("stepfunctions").describe_state_machine(stateMachineArn=settings[machine])
        assert (found["type"], found["status"]) == ("STANDARD", "ACTIVE")
        assert "${" not in found["definition"], "every substitution was made"
        assert found["loggingConfiguration"]["includeExecutionData"] is False
    for topic in ("ALERT_TOPIC_ARN", "OPERATIONS_TOPIC_ARN"):
        assert aws("sns").get_topic_attributes(TopicArn=settings[topic])["Attributes"]["TopicArn"] == settings[topic]
    for parameter in ("COLLECTION_PARAMETER", "POLICY_PARAMETER"):
        aws("ssm").get_parameter(Name=settings[parameter])


@pytest.mark.parametrize("setting", TABLES)
def test_tables_read_back(setting: str, first: Run, aws: Any) -> None:
    dynamodb, table = aws("dynamodb"), first.result.settings[setting]
    expires = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    expected = ("ENABLED", "expires") if setting in ("DETECTIONS_TABLE", "REVIEWS_TABLE") else ("DISABLED", None)
    assert (expires["TimeToLiveStatus"], expires.get("AttributeName")) == expected
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.describe_table(TableName=table)["Table"]["SSEDescription"]["Status"] == "ENABLED"


@pytest.mark.parametrize(
    ("setting", "index", "key"),
    [
        ("PHOTOS_TABLE", "awaiting_index", ["awaiting", "photo_ref"]),
        ("REVIEWS_TABLE", "open_reviews", ["open", "expires_at"]),
        ("AUDIT_TABLE", "by_subject", ["subject", "event_id"]),
        ("AUDIT_TABLE", "by_case", ["case", "event_id"]),
    ],
)
def test_indexes_read_back(setting: str, index: str, key: list[str], first: Run, aws: Any) -> None:
    table = aws("dynamodb").describe_table(TableName=first.result.settings[setting])["Table"]
    found = {one["IndexName"]: one for one in table["GlobalSecondaryIndexes"]}[index]
    assert [part["AttributeName"] for part in sorted(found["KeySchema"], key=lambda part: part["KeyType"])] == key
    assert found["Projection"]["ProjectionType"] == "ALL"


@pytest.mark.parametrize("setting", BUCKETS)
def test_buckets_read_back(setting: str, first: Run, aws: Any) -> None:
    s3, bucket = aws("s3"), first.result.settings[setting]
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert list(blocked.values()) == [True] * 4
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    ours = setting != "AUDIT_BUCKET"  # which must stay readable whatever becomes of a key of ours
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == ("aws:kms" if ours else "AES256")
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    notifies = "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket)
    assert notifies is (setting == "PICTURES_BUCKET")


@pytest.mark.parametrize("setting", sorted({*BUCKETS} - {"AUDIT_BUCKET"}))
def test_buckets_forget(setting: str, first: Run, aws: Any) -> None:
    s3, bucket = aws("s3"), first.result.settings[setting]
    lifecycle = {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    expiring = "pictures-expire" if setting == "PICTURES_BUCKET" else "sync-files-expire"
    assert lifecycle[expiring]["Expiration"]["Days"] == (35 if setting == "PICTURES_BUCKET" else 90)


def test_the_audit_bucket_forgets_nothing(first: Run, aws: Any) -> None:
    s3, bucket = aws("s3"), first.result.settings["AUDIT_BUCKET"]
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 730}


def test_undelivered_pictures_reach_the_dead_letter_queue(first: Run, aws: Any) -> None:
    attributes = aws("sqs").get_queue_attributes(
        QueueUrl=first.result.settings["DEAD_LETTER_QUEUE_URL"], AttributeNames=["All"]
    )["Attributes"]
    queue = attributes["QueueArn"]
    (rule,) = aws("events").list_rules(NamePrefix="homeward-")["Rules"]
    (target,) = aws("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": queue}
    assert target["RetryPolicy"]["MaximumRetryAttempts"] == 185
    assert json.loads(attributes["Policy"])["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"] == rule["Arn"]
    function = aws("lambda").get_function_configuration(FunctionName="homeward-start_detection")
    assert function["DeadLetterConfig"] == {"TargetArn": queue}
    assert target["Arn"] == function["FunctionArn"]


def subscriptions(aws: Any, first: Run) -> list[tuple[str, str]]:
    """Who gets alerts: (protocol, endpoint), phones before functions."""
    topic = first.result.settings["ALERT_TOPIC_ARN"]
    found = aws("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return sorted(((one["Protocol"], one["Endpoint"]) for one in found), reverse=True)


def test_collection_policy_and_phone_are_there(first: Run, aws: Any) -> None:
    assert aws("rekognition").list_collections()["CollectionIds"] == ["missing-people-1"]
    settings = first.result.settings
    live = LivePolicy(settings["POLICY_PARAMETER"], settings["CASES_BUCKET"])()
    assert (live.version, live.groups) == ("floor-3", ())
    (event,) = policy_events(aws, first)
    assert event["action"]["S"] == "publish_policy"
    assert event["actor"]["S"] == "deployer:arn:aws:iam::111122223333:root"
    (phone, receipts) = subscriptions(aws, first)
    assert phone == ("sms", PHONE)
    assert (receipts[0], receipts[1].rpartition(":")[2]) == ("lambda", "homeward-confirm_alert")


def test_again_without_changes_does_nothing(first: Run, aws: Any) -> None:
    before = stack_of(aws)
    again = run(phone_numbers=[PHONE])
    assert again.result.changes == ()
    assert again.result.settings == first.result.settings
    assert again.said[-1] == "stack homeward: no changes"
    assert [text for text in again.said if text.startswith(("uploaded", "stack:"))] == []
    assert stack_of(aws).get("LastUpdatedTime") == before.get("LastUpdatedTime")
    assert len(policy_events(aws, first)) == 1
    assert len(subscriptions(aws, first)) == 2


def test_a_dry_run_shows_and_changes_nothing(first: Run, aws: Any, checkout: Path) -> None:
    assert plan("homeward") == ()
    template = checkout / "infra" / "template.yaml"
    template.write_text(template.read_text().replace("Threshold: 43200", "Threshold: 43201"))
    assert "StuckReviewsAlarm" in {change.resource for change in plan("homeward", root=checkout)}
    assert plan("homeward") == ()
    (alarm,) = aws("cloudwatch").describe_alarms(AlarmNamePrefix="homeward-StuckReviews")["MetricAlarms"]
    assert alarm["Threshold"] == 43_200


def test_changes_are_shown_before_they_are_made(aws: Any) -> None:
    shown: list[int] = []

    def show(changes: Any) -> None:
        shown.append(len(changes))
        assert not stacks.find("shown") or stacks.find("shown").status == "REVIEW_IN_PROGRESS"  # type: ignore[union-attr]

    run("shown", show=show)
    assert shown[0] > 80


def test_two_stacks_never_share_face_collections(first: Run, aws: Any) -> None:
    for given in ({}, {"CollectionPrefix": "missing-people"}):
        with pytest.raises(DeployError, match="stack homeward uses face collections missing-people"):
            run("second", parameters=given)
    assert stacks.find("second") is None


def test_a_parameter_stays_until_another_is_given(aws: Any, checkout: Path) -> None:
    """Also when the template changes, and when its default does."""

    def days() -> int:
        groups = aws("logs").describe_log_groups(logGroupNamePrefix="/homeward/kept/")["logGroups"]
        return int(groups[0]["retentionInDays"])

    run("kept", parameters={"CollectionPrefix": "kept", "LogDays": "30"})
    assert days() == 30
    template = checkout / "infra" / "template.yaml"
    template.write_text(template.read_text().replace("Default: 90", "Default: 60"))
    assert run("kept", parameters={}, root=checkout).result.changes
    assert days() == 30
    assert run("kept", parameters={"LogDays": "7"}, root=checkout).result.changes
    assert days() == 7
    assert run("kept", parameters={}, root=checkout).result.changes == ()


def test_a_live_policy_is_not_replaced(first: Run, aws: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text((ROOT / "policy" / "matching.json").read_text().replace("floor-3", "looser-1"))
    again = run(policy_file=other)
    assert "policy floor-3 is live; looser-1 was not published" in again.said
    pointer = aws("ssm").get_parameter(Name=first.result.settings["POLICY_PARAMETER"])["Parameter"]["Value"]
    assert json.loads(pointer)["version"] == "floor-3"


def test_a_published_version_is_never_overwritten(first: Run, aws: Any, tmp_path: Path) -> None:
    """Another stack's cases bucket is empty; here the same version comes back with other content."""
    name, settings = first.result.settings["POLICY_PARAMETER"], first.result.settings
    live = aws("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    other = tmp_path / "other.json"
    other.write_text((ROOT / "policy" / "matching.json").read_text().replace('"alert": 99', '"alert": 91'))
    aws("ssm").put_parameter(Name=name, Value="{}", Type="String", Overwrite=True)
    try:
        with pytest.raises(DeployError, match="holds another policy of that version"):
            run(policy_file=other)
        kept = aws("s3").get_object(Bucket=settings["CASES_BUCKET"], Key="policy/floor-3.json")["Body"].read()
        assert kept == (ROOT / "policy" / "matching.json").read_bytes()
    finally:
        aws("ssm").put_parameter(Name=name, Value=live, Type="String", Overwrite=True)


def test_functions_find_the_layer_and_nothing_else(first: Run, aws: Any, checkout: Path) -> None:
    (checkout / "lambdas" / "index_photo" / "handler.py").write_text(PROBE)
    probe = run("probe", root=checkout)
    answer = aws("lambda").invoke(FunctionName="probe-index_photo", Payload=b"{}")
    assert "FunctionError" not in answer
    assert json.loads(answer["Payload"].read()) == {"numpy": False, "requests": False, "ministack": False, "pip": False}
    assert probe.result.settings["CASES_TABLE"] != first.result.settings["CASES_TABLE"], "two stacks share nothing"
    streams = aws("logs").describe_log_streams(logGroupName="/homeward/probe/functions")["logStreams"]
    assert streams, "functions log into the stack's own group"


def test_a_change_reaches_the_functions_and_the_machines(first: Run, aws: Any, checkout: Path) -> None:
    parameter = run("changing", root=checkout).result.settings["COLLECTION_PARAMETER"]
    aws("ssm").put_parameter(Name=parameter, Value="changing-2", Type="String", Overwrite=True)
    (checkout / "lambdas" / "index_photo" / "handler.py").write_text(
        "from homeward.steps import added\n\ndef handler(event, context):\n    return added.WORD\n"
    )
    (checkout / "src" / "homeward" / "steps" / "added.py").write_text('WORD = "new"\n')
    definition = checkout / "statemachines" / "index_photos" / "index_photos.asl.json"
    definition.write_text(definition.read_text().replace('"Comment": "', '"Comment": "Changed. ', 1))
    changed = run("changing", root=checkout)
    assert {"Add", "Remove"}.isdisjoint(change.action for change in changed.result.changes)
    answer = aws("lambda").invoke(FunctionName="changing-index_photo", Payload=b"{}")
    assert json.loads(answer["Payload"].read()) == "new"
    machine = changed.result.settings["INDEX_PHOTOS_MACHINE_ARN"]
    assert "Changed. " in aws("stepfunctions").describe_state_machine(stateMachineArn=machine)["definition"]
    live = aws("ssm").get_parameter(Name=parameter)["Parameter"]["Value"]
    assert live == "changing-2", "a deployment doesn't undo a switch of the collection"


def test_refuses_bad_input_before_it_does_anything(first: Run, aws: Any, tmp_path: Path) -> None:
    stacks = {stack["StackName"] for stack in aws("cloudformation").describe_stacks()["Stacks"]}
    with pytest.raises(InputError, match="not a phone number"):
        run("other", phone_numbers=["555-0100"])
    with pytest.raises(InputError, match="not a stack name"):
        run("My Stack")
    with pytest.raises(DeployError, match="can't read the policy"):
        run("other", policy_file=tmp_path / "absent.json")
    (tmp_path / "empty.json").write_text("{}")
    with pytest.raises(PolicyError, match="the policy has no 'version'"):
        run("other", policy_file=tmp_path / "empty.json")
    assert {stack["StackName"] for stack in aws("cloudformation").describe_stacks()["Stacks"]} == stacks


def test_artifacts_bucket_is_private(first: Run, aws: Any) -> None:
    bucket = stack_parameter(aws, "ArtifactsBucket")
    assert (
        list(aws("s3").get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == [True] * 4
    )
    policy = json.loads(aws("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    newest = max(one["LastModified"] for one in aws("s3").list_objects_v2(Bucket=bucket)["Contents"])
    assert newest <= datetime.now(UTC)


def stack_parameter(aws: Any, name: str) -> str:
    return next(str(one["ParameterValue"]) for one in stack_of(aws)["Parameters"] if one["ParameterKey"] == name)
