"""A deployed stack, whose audit table is filled by hand and whose time is ours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeward.adapters.audit_bucket import S3SealedLog
from homeward.adapters.audit_hours import DynamoAuditHours
from homeward.adapters.audit_log import DynamoAuditLog
from homeward.adapters.aws import client
from homeward.adapters.signing import KmsSigner
from homeward.domain.audit import AuditEvent, audit_event
from homeward.settings import Setting, Settings
from homeward.steps.seal_hours import SealHours
from tests.deployed import deployed

BEGIN = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture(scope="package")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The names of what is deployed; the adapters' clients find it through the environment."""
    with deployed(tmp_path_factory.mktemp("sealing"), "sealing") as settings:
        yield settings


@dataclass
class Office:
    """An audit table of its own, a bucket of its own, the stack's key, and a clock."""

    table: str
    bucket: str
    key: str
    now: datetime = BEGIN
    written: list[AuditEvent] = field(default_factory=list)

    @property
    def log(self) -> S3SealedLog:
        return S3SealedLog(self.bucket)

    @property
    def seal(self) -> SealHours:
        return SealHours(DynamoAuditHours(self.table), self.log, KmsSigner(self.key), lambda: self.now)

    def write(self, minutes: float, subject: str = "case:namus:MP:1") -> AuditEvent:
        """An event so long after BEGIN."""
        at = BEGIN + timedelta(minutes=minutes)
        event = audit_event(at, "person:ann", "looked_at", subject, "DONE", details={"n": len(self.written)})
        DynamoAuditLog(self.table).append(event)
        self.written.append(event)
        return event

    def at(self, minutes: float) -> datetime:
        """Let it be so long after BEGIN."""
        self.now = BEGIN + timedelta(minutes=minutes)
        return self.now

    def copy(self, folder: Path) -> Path:
        """What `aws s3 sync` makes of the bucket."""
        for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for found in page.get("Contents", []):
                file = folder / found["Key"]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(client("s3").get_object(Bucket=self.bucket, Key=found["Key"])["Body"].read())
        return folder


_numbers = itertools.count(1)


def new_office(settings: Settings) -> Office:
    """Its bucket is like the stack's, and its table has the stack's keys."""
    name = f"office-{next(_numbers)}"
    client("s3").create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    client("s3").put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("hour", "event_id")],
        KeySchema=[
            {"AttributeName": "hour", "KeyType": "HASH"},
            {"AttributeName": "event_id", "KeyType": "RANGE"},
        ],
    )
    return Office(name, name, settings[Setting.AUDIT_KEY_ARN])


@pytest.fixture
def office(settings: Settings) -> Office:
    """A new one."""
    return new_office(settings)
