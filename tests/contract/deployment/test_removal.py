"""`homeward destroy`: what goes, what stays, and what it takes to delete data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from homeward import removal
from homeward.adapters import leftovers, stacks
from homeward.cli import app
from homeward.domain.errors import DeployError, InputError, NotFoundError, ServiceUnavailableError
from homeward.settings import Setting
from tests.contract.deployment.conftest import Run, run

STAYS = {"AuditBucket", "AuditTable", "AuditSigner", "DataKey"}


@pytest.fixture
def doomed(aws: Any) -> Iterator[Run]:
    """A stack with two versions of a picture, a deleted one, a case and a second collection."""
    found = run("doomed")
    names = found.result.settings
    for body in (b"one", b"two"):
        aws("s3").put_object(Bucket=names[Setting.PICTURES_BUCKET], Key="heartbeats/gate.json", Body=body)
    aws("s3").put_object(Bucket=names[Setting.CASES_BUCKET], Key="photos/1", Body=b"one")
    aws("s3").delete_object(Bucket=names[Setting.CASES_BUCKET], Key="photos/1")
    aws("dynamodb").put_item(TableName=names[Setting.CASES_TABLE], Item={"case": {"S": "namus:MP:1"}})
    if "doomed-2" not in aws("rekognition").list_collections()["CollectionIds"]:
        aws("rekognition").create_collection(CollectionId="doomed-2")
    yield found
    if stacks.find("doomed"):
        removal.destroy(removal.holdings("doomed"), delete_data_of="doomed")


def there(aws: Any) -> set[str]:
    """Every bucket, table and collection."""
    buckets = {one["Name"] for one in aws("s3").list_buckets()["Buckets"]}
    tables = {name for page in aws("dynamodb").get_paginator("list_tables").paginate() for name in page["TableNames"]}
    return buckets | tables | set(aws("rekognition").list_collections()["CollectionIds"])


def test_data_stays_unless_told_otherwise(doomed: Run, aws: Any) -> None:
    held = removal.holdings("doomed")
    assert {one.resource for one in held.evidence} == STAYS
    kept = removal.destroy(held)
    assert stacks.find("doomed") is None
    assert set(kept) == set(held.names)
    names = doomed.result.settings
    assert {names[one] for one in Setting if one.endswith(("_BUCKET", "_TABLE"))} <= there(aws) & set(kept)
    assert {"doomed-1", "doomed-2"} <= there(aws) & set(kept)
    body = aws("s3").get_object(Bucket=names[Setting.PICTURES_BUCKET], Key="heartbeats/gate.json")["Body"].read()
    assert body == b"two"
    with pytest.raises(NotFoundError, match="no stack doomed"):
        removal.holdings("doomed")


def test_told_twice_everything_goes_but_the_evidence(doomed: Run, aws: Any) -> None:
    held, said = removal.holdings("doomed"), list[str]()
    counts = {one.resource: count for one, count in held.deletable}
    # Two heartbeats; the live policy, a photo and its delete marker.
    assert (counts["PicturesBucket"], counts["CasesBucket"], counts["CasesTable"]) == (2, 3, 1)
    kept = removal.destroy(held, said.append, "doomed")
    assert set(kept) == {one.name for one in held.evidence}
    assert there(aws) & set(held.names) == {one.name for one in held.evidence if one.kind != "AWS::KMS::Key"}
    assert any(text.endswith("with 2 versions") for text in said)
    events = aws("dynamodb").query(
        TableName=doomed.result.settings["AUDIT_TABLE"],
        IndexName="by_subject",
        KeyConditionExpression="subject = :subject",
        ExpressionAttributeValues={":subject": {"S": "stack:doomed"}},
    )["Items"]
    assert [event["action"]["S"] for event in events] == ["delete_data"]


def test_what_stopped_halfway_goes_on(doomed: Run, aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(bucket: str) -> int:
        raise ServiceUnavailableError("S3 doesn't answer")

    with monkeypatch.context() as broken:
        broken.setattr(leftovers, "delete_bucket", fails)
        with pytest.raises(ServiceUnavailableError):
            removal.destroy(removal.holdings("doomed"), delete_data_of="doomed")
    held = removal.holdings("doomed")
    assert all(count == 0 for one, count in held.deletable if one.kind == removal.TABLE)
    assert held.collections == ()
    removal.destroy(held, delete_data_of="doomed")
    assert stacks.find("doomed") is None


def test_a_wrong_name_deletes_nothing(doomed: Run, aws: Any) -> None:
    before = there(aws)
    with pytest.raises(InputError, match="the stack is doomed: nothing was deleted"):
        removal.destroy(removal.holdings("doomed"), delete_data_of="homeward")
    assert there(aws) == before
    assert stacks.find("doomed") is not None


def test_the_command_has_to_be_told_twice(doomed: Run, aws: Any) -> None:
    """Without a terminal, `--yes --delete-data` isn't enough."""
    before = there(aws)
    once = CliRunner().invoke(app, ["destroy", "--stack", "doomed", "--yes", "--delete-data"])
    assert isinstance(once.exception, InputError)
    no = CliRunner().invoke(app, ["destroy", "--stack", "doomed"], input="n\n")
    assert no.exit_code == 1
    assert there(aws) == before
    assert stacks.find("doomed") is not None
    told = ["destroy", "--stack", "doomed", "--yes", "--delete-data", "--data-of", "doomed"]
    assert CliRunner().invoke(app, told).exit_code == 0
    assert stacks.find("doomed") is None
    assert there(aws) != before


def test_a_locked_version_is_an_error_that_names_it(first: Run, aws: Any) -> None:
    """The audit bucket would refuse; that is why it isn't tried."""
    bucket = first.result.settings[Setting.AUDIT_BUCKET]
    aws("s3").put_object(Bucket=bucket, Key="locked", Body=b"{}")
    with pytest.raises(DeployError, match=f"S3 keeps locked in {bucket}"):
        leftovers.delete_bucket(bucket)
