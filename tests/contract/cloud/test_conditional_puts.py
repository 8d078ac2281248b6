"""S3's If-None-Match, which plain MiniStack obeys as AWS does: a repeat makes no second version and no second event."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from tests.contract.cloud.conftest import Cloud


def put(cloud: Cloud, bucket: str, body: bytes) -> str | None:
    """The version, or None when the key was taken."""
    try:
        answer = cloud.client("s3").put_object(Bucket=bucket, Key="crop.jpg", Body=body, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        return None
    return str(answer["VersionId"])


def versions(cloud: Cloud, bucket: str) -> list[str]:
    return [each["VersionId"] for each in cloud.client("s3").list_object_versions(Bucket=bucket).get("Versions", [])]


def test_one_of_many_puts_at_once_counts(cloud: Cloud) -> None:
    bucket = cloud.bucket(events=True)
    url, arn = cloud.queue()
    cloud.rule(bucket, Arn=arn)
    cloud.client("s3")
    with ThreadPoolExecutor(8) as threads:
        made = [each for each in threads.map(lambda n: put(cloud, bucket, bytes([n]) * 1000), range(32)) if each]
    assert versions(cloud, bucket) == made
    assert len(made) == 1
    assert cloud.message(url)["body"]["detail"]["object"]["version-id"] == made[0]
    assert "Messages" not in cloud.client("sqs").receive_message(QueueUrl=url)


def test_key_is_free_again_when_its_version_or_its_object_is_deleted(cloud: Cloud) -> None:
    bucket = cloud.bucket(events=True)
    first = put(cloud, bucket, b"1")
    cloud.client("s3").delete_object(Bucket=bucket, Key="crop.jpg", VersionId=first)
    second = put(cloud, bucket, b"2")
    assert put(cloud, bucket, b"3") is None
    cloud.client("s3").delete_object(Bucket=bucket, Key="crop.jpg")
    third = put(cloud, bucket, b"4")
    assert set(versions(cloud, bucket)) == {second, third}
    assert third is not None
