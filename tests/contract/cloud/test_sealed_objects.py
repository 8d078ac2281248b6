"""What sealing rests on, which plain MiniStack does as AWS: signatures of KMS that others verify, and Object Lock."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.contract.cloud.conftest import Cloud, unique

MESSAGE = b"what was said" * 1000
DIGEST = hashlib.sha256(MESSAGE).digest()
HOW: Any = {"MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}


def new_key(cloud: Cloud) -> str:
    made = cloud.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["Arn"])


def test_a_signature_is_verified_by_others_with_the_public_key(cloud: Cloud) -> None:
    kms, key = cloud.client("kms"), new_key(cloud)
    signature = kms.sign(KeyId=key, Message=DIGEST, **HOW)["Signature"]
    public = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(signature, MESSAGE, ec.ECDSA(SHA256()))
    assert kms.verify(KeyId=key, Message=DIGEST, Signature=signature, **HOW)["SignatureValid"] is True


def test_a_signature_of_something_else_or_of_another_key_is_refused(cloud: Cloud) -> None:
    kms, key, other = cloud.client("kms"), new_key(cloud), new_key(cloud)
    signature = kms.sign(KeyId=key, Message=DIGEST, **HOW)["Signature"]
    for wrong in ({"KeyId": other, "Message": DIGEST}, {"KeyId": key, "Message": DIGEST[::-1]}):
        with pytest.raises(ClientError, match="KMSInvalidSignatureException"):
            kms.verify(Signature=signature, **wrong, **HOW)


@pytest.mark.parametrize("mode", ["GOVERNANCE", "COMPLIANCE"])
def test_a_locked_version_cannot_be_deleted_and_a_mark_hides_it_only(cloud: Cloud, mode: str) -> None:
    s3, bucket = cloud.client("s3"), unique("locked")
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": mode, "Days": 1}}
    s3.put_object_lock_configuration(
        Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    version = s3.put_object(Bucket=bucket, Key="digest", Body=b"1")["VersionId"]
    held = s3.get_object_retention(Bucket=bucket, Key="digest")["Retention"]
    assert held["Mode"] == mode
    assert timedelta(hours=23) < held["RetainUntilDate"] - datetime.now(UTC) <= timedelta(days=1)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key="digest", VersionId=version)
    mark = s3.delete_object(Bucket=bucket, Key="digest")["VersionId"]
    assert s3.list_object_versions(Bucket=bucket)["DeleteMarkers"][0]["VersionId"] == mark
    s3.delete_object(Bucket=bucket, Key="digest", VersionId=mark)
    assert s3.get_object(Bucket=bucket, Key="digest")["Body"].read() == b"1"
