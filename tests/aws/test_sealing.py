"""What the sealed audit log rests on: the lock of its bucket and the key that signs."""

from __future__ import annotations

import base64
import hashlib

import pytest

from homeward.adapters.aws import client, error_code
from homeward.adapters.signing import KmsSigner
from homeward.settings import Setting, Settings
from homeward.verifier.signatures import PublicKeys


def test_a_locked_version_cannot_be_deleted(settings: Settings) -> None:
    s3, bucket = client("s3"), settings[Setting.AUDIT_BUCKET]
    version = s3.put_object(Bucket=bucket, Key="test/locked", Body=b"kept")["VersionId"]
    with pytest.raises(s3.exceptions.ClientError) as refused:
        s3.delete_object(Bucket=bucket, Key="test/locked", VersionId=version)
    assert error_code(refused.value) == "AccessDenied"
    assert s3.get_object_retention(Bucket=bucket, Key="test/locked")["Retention"]["Mode"] == "GOVERNANCE"


def test_an_object_is_written_once(settings: Settings) -> None:
    s3, bucket = client("s3"), settings[Setting.AUDIT_BUCKET]
    s3.put_object(Bucket=bucket, Key="test/once", Body=b"first", IfNoneMatch="*")
    with pytest.raises(s3.exceptions.ClientError) as refused:
        s3.put_object(Bucket=bucket, Key="test/once", Body=b"second", IfNoneMatch="*")
    assert error_code(refused.value) == "PreconditionFailed"


def test_a_signature_verifies_offline_and_in_kms(settings: Settings) -> None:
    signer = KmsSigner(settings[Setting.AUDIT_KEY_ARN])
    signature, key = signer.sign(b"a digest"), signer.public_key()
    keys, name, text = PublicKeys.of([key]), hashlib.sha256(key).hexdigest(), base64.b64encode(signature).decode()
    assert keys.signed(name, b"a digest", text)
    assert not keys.signed(name, b"another", text)
    assert signer.signed(b"a digest", signature)
    assert not signer.signed(b"another", signature)
