"""A stack doesn't delete a bucket that has objects."""

from __future__ import annotations

from tests.contract.cloud.conftest import Cloud, unique


def test_objects_stay(cloud: Cloud) -> None:
    name = unique("bucket")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    stack = cloud.deploy({"Resources": {"Bucket": bucket}})["StackName"]
    s3 = cloud.client("s3")
    s3.put_object(Bucket=name, Key="evidence", Body=b"x")
    cloud.client("cloudformation").delete_stack(StackName=stack)
    assert cloud.stack(stack)["StackStatus"] == "DELETE_FAILED"
    assert s3.get_object(Bucket=name, Key="evidence")["Body"].read() == b"x"
    s3.delete_object(Bucket=name, Key="evidence")
    cloud.client("cloudformation").delete_stack(StackName=stack)
    cloud.client("cloudformation").get_waiter("stack_delete_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 0, "MaxAttempts": 100}
    )
    assert name not in [item["Name"] for item in s3.list_buckets()["Buckets"]]
