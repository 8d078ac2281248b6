"""AWS::S3::Bucket."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.cloud.conftest import Cloud, unique


def template(name: str, **properties: Any) -> dict[str, Any]:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name, **properties}}
    return {"Resources": {"Bucket": bucket}}


def test_properties_are_applied_and_taken_away(cloud: Cloud) -> None:
    s3, name = cloud.client("s3"), unique("bucket")
    rules = [
        {"Id": "crops", "Status": "Enabled", "Prefix": "crops/", "ExpirationInDays": 30},
        {"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 7}},
        {"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
    ]
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/homeward"}}
    stack = cloud.deploy(
        template(
            name,
            LifecycleConfiguration={"Rules": rules},
            BucketEncryption={"ServerSideEncryptionConfiguration": [{**encryption, "BucketKeyEnabled": True}]},
            Tags=[{"Key": "room", "Value": "edge"}],
        )
    )
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    found = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert found[0]["ID"] == "crops"
    assert found[0]["Expiration"] == {"Days": 30}
    assert found[0]["Filter"] == {"Prefix": "crops/"}
    assert found[1]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 7
    assert found[2]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == "alias/homeward"
    assert {"Key": "room", "Value": "edge"} in s3.get_bucket_tagging(Bucket=name)["TagSet"]

    cloud.deploy(template(name, Tags=[{"Key": "room", "Value": "edge"}]), stack["StackName"])
    with pytest.raises(ClientError) as error:
        s3.get_bucket_lifecycle_configuration(Bucket=name)
    assert error.value.response["Error"]["Code"] == "NoSuchLifecycleConfiguration"


def test_object_lock(cloud: Cloud) -> None:
    name = unique("bucket")
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    cloud.deploy(template(name, ObjectLockEnabled=True, ObjectLockConfiguration=lock))
    found = cloud.client("s3").get_object_lock_configuration(Bucket=name)
    assert found["ObjectLockConfiguration"] == lock
    assert cloud.client("s3").get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
