"""Delete what a stack leaves on purpose: buckets with every version, tables, face collections. May be repeated."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters.aws import aws_errors, client, error_code
from homeward.domain.errors import DeployError


def count_objects(bucket: str) -> int:
    """How many versions and delete markers a bucket holds; none when it is gone."""
    return sum(len(batch) for batch in _batches(bucket))


def count_rows(table: str) -> int:
    """About how many rows: AWS counts every six hours. None when the table is gone."""
    with aws_errors():
        try:
            return int(client("dynamodb").describe_table(TableName=table)["Table"]["ItemCount"])
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
    return 0


def delete_bucket(bucket: str) -> int:
    """Delete a bucket with all that is in it; return how many versions went. DeployError when S3 refuses one."""
    deleted = 0
    for batch in _batches(bucket):
        with aws_errors():
            answer = client("s3").delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        for refused in answer.get("Errors", []):
            raise DeployError(f"S3 keeps {refused['Key']} in {bucket}: {refused.get('Message', refused['Code'])}")
        deleted += len(batch)
    _ignoring({"NoSuchBucket"}, lambda: client("s3").delete_bucket(Bucket=bucket))
    return deleted


def delete_table(table: str) -> None:
    """Delete a table; its backups for point-in-time recovery stay for 35 days."""
    _ignoring({"ResourceNotFoundException"}, lambda: client("dynamodb").delete_table(TableName=table))


def collections_of(prefix: str) -> list[str]:
    """The face collections PREFIX-1, PREFIX-2, ..."""
    with aws_errors():
        pages = client("rekognition").get_paginator("list_collections").paginate()
        found = [name for page in pages for name in page["CollectionIds"]]
    return sorted(name for name in found if re.fullmatch(rf"{re.escape(prefix)}-\d+", name))


def delete_collection(collection: str) -> None:
    """Delete a face collection with its faces."""
    _ignoring({"ResourceNotFoundException"}, lambda: client("rekognition").delete_collection(CollectionId=collection))


def _batches(bucket: str) -> Any:
    """Every version and delete marker, a thousand at most at once, as DeleteObjects takes them."""
    with aws_errors():
        try:
            for page in client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket):
                found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
                if found:
                    yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        except ClientError as error:
            if error_code(error) != "NoSuchBucket":
                raise


def _ignoring(codes: set[str], call: Any) -> None:
    with aws_errors():
        try:
            call()
        except ClientError as error:
            if error_code(error) not in codes:
                raise
