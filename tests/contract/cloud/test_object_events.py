"""Events of a bucket."""

from __future__ import annotations

from tests.contract.cloud.conftest import Cloud


def test_event_has_the_version(cloud: Cloud) -> None:
    bucket = cloud.bucket(events=True)
    url, arn = cloud.queue()
    cloud.rule(bucket, Arn=arn)
    version = cloud.client("s3").put_object(Bucket=bucket, Key="crops/a b.jpg", Body=b"x")["VersionId"]
    event = cloud.message(url)["body"]
    assert event["detail"]["object"]["version-id"] == version
    assert (event["detail-type"], event["detail"]["object"]["key"]) == ("Object Created", "crops/a b.jpg")
