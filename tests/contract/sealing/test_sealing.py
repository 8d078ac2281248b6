"""Sealing on the deployed stack: lock, key, late events, runs that died, a bucket that was tampered with."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from homeward.adapters.audit_shelf import S3AuditShelf
from homeward.adapters.aws import client
from homeward.adapters.signing import KmsSigner
from homeward.domain import audit_format as form
from homeward.domain.errors import NotFoundError, SealError, ServiceRefusedError
from homeward.settings import Setting, Settings
from homeward.verifier.problems import Kind
from homeward.verifier.proofs import check_proof, prove
from homeward.verifier.signatures import PublicKeys
from homeward.verifier.verify import Verification
from tests.contract.sealing.conftest import Office

TEN, ELEVEN = "2026-03-01T10", "2026-03-01T11"


def keys(office: Office) -> PublicKeys:
    return PublicKeys.of([KmsSigner(office.key).public_key()])


def problems(office: Office, until: str | None = None) -> list[tuple[str, str]]:
    found = Verification(S3AuditShelf(office.bucket), keys(office)).problems(until)
    return [(problem.kind, problem.file) for problem in found]


def test_the_stack_locks_what_is_sealed(settings: Settings) -> None:
    bucket, s3 = settings[Setting.AUDIT_BUCKET], client("s3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rule = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert rule == {"Mode": "GOVERNANCE", "Days": 730}
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    key = client("kms").describe_key(KeyId=settings[Setting.AUDIT_KEY_ARN])["KeyMetadata"]
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")


def test_a_sealed_file_can_be_neither_deleted_nor_written_again(office: Office) -> None:
    office.write(1)
    office.seal(office.at(75))
    name, s3 = form.events_name(TEN), client("s3")
    version = s3.head_object(Bucket=office.bucket, Key=name)["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=office.bucket, Key=name, VersionId=version)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=office.bucket, Key=name, Body=b"", IfNoneMatch="*")
    assert problems(office) == []


def test_what_is_put_over_or_deleted_under_the_lock_is_seen(office: Office) -> None:
    office.write(1)
    office.seal(office.at(3 * 60 + 15))
    bucket, s3 = office.bucket, client("s3")
    body = s3.get_object(Bucket=bucket, Key=form.digest_name(TEN))["Body"].read()
    s3.put_object(Bucket=bucket, Key=form.digest_name(TEN), Body=body)  # the same bytes: nothing but its version tells
    assert problems(office) == [(Kind.REWRITTEN, form.digest_name(TEN))]
    last = form.digest_name("2026-03-01T12")
    s3.delete_object(Bucket=bucket, Key=last)  # only a mark: the lock keeps the version
    assert (Kind.REWRITTEN, last) in problems(office)
    with pytest.raises(SealError, match=r"12\.digest\.json was deleted or hidden"):
        office.seal(office.at(4 * 60 + 15))
    marks = s3.list_object_versions(Bucket=bucket, Prefix=last)["DeleteMarkers"]
    s3.delete_object(Bucket=bucket, Key=last, VersionId=marks[0]["VersionId"])
    office.seal(office.at(4 * 60 + 15))
    assert problems(office, "2026-03-01T13") == [(Kind.REWRITTEN, form.digest_name(TEN))]


def test_late_events_and_gaps_are_seen(office: Office) -> None:
    office.write(1)
    office.seal(office.at(75))
    late = office.write(30)
    assert office.seal(office.at(135))["late"] == {TEN: 1}
    verification = Verification(S3AuditShelf(office.bucket), keys(office))
    assert list(verification.problems(ELEVEN)) == []
    assert verification.late == [(TEN, ELEVEN, 1)]
    assert problems(office, "2026-03-01T13") == [
        (Kind.MISSING, form.digest_name("2026-03-01T12")),
        (Kind.MISSING, form.digest_name("2026-03-01T13")),
    ]
    proof = prove(late.event_id, S3AuditShelf(office.bucket), keys(office))
    assert proof["digest"]["hour"] == ELEVEN
    assert check_proof(json.loads(json.dumps(proof)), keys(office)) is None
    with pytest.raises(NotFoundError):
        prove(f"{TEN}:00:00.000000Z-none", S3AuditShelf(office.bucket), keys(office))


def test_more_events_than_a_page_of_the_table_holds(office: Office, tmp_path: Path) -> None:
    for minute in range(40):
        office.write(minute, subject="detection:" + "x" * 40_000)  # a page has 1 MB
    assert office.seal(office.at(75))["events"] == 40
    lines = (office.copy(tmp_path) / form.events_name(TEN)).read_bytes().splitlines()
    assert [json.loads(line)["event_id"] for line in lines] == [event.event_id for event in office.written]
    assert problems(office) == []


def test_a_seal_that_died_between_its_two_files_is_finished(office: Office) -> None:
    office.write(1)
    with pytest.raises(ServiceRefusedError, match="NotFound"):
        replace(office.seal, signer=OtherKey(office.key))(office.at(75))
    assert problems(office, TEN)[0] == (Kind.MISSING, form.events_name(TEN))
    office.write(2)
    assert office.seal(office.at(135))["hours"] == 2
    assert office.seal(office.at(195))["late"] == {TEN: 1}
    assert problems(office, "2026-03-01T12") == []


@dataclass(frozen=True)
class OtherKey(KmsSigner):
    """Says that it is one key, and signs with another, which isn't there."""

    def sign(self, message: bytes) -> bytes:
        return KmsSigner("alias/nobodys").sign(message)
