"""ObjectStore on S3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters.aws import AWS_ERRORS, AwsError, aws_errors, client, error_code, translated
from homeward.domain.errors import HomewardError, NotFoundError
from homeward.domain.reconciliation import StoredObject

_ABSENT = frozenset({"NoSuchKey", "NoSuchVersion", "404"})  # HeadObject has no body, so no better code than 404


class S3ObjectStore:
    """Whole objects; ours are small enough for memory (pictures have 15 MB at most)."""

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """See the port."""
        with aws_errors():
            client("s3").put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)

    def get(self, bucket: str, key: str) -> bytes:
        """See the port."""
        try:
            body: bytes = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        except AWS_ERRORS as error:
            raise absent_or(error, bucket, key) from error
        return body

    def exists(self, bucket: str, key: str) -> bool:
        """See the port."""
        try:
            client("s3").head_object(Bucket=bucket, Key=key)
        except AWS_ERRORS as error:
            if isinstance(problem := absent_or(error, bucket, key), NotFoundError):
                return False
            raise problem from error
        return True

    def listed(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """See the port."""
        with aws_errors():
            for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                yield from (StoredObject(found["Key"], found["LastModified"]) for found in page.get("Contents", []))

    def remove(self, bucket: str, key: str) -> None:
        """See the port."""
        with aws_errors():
            for version in _versions(bucket, key):
                client("s3").delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])

    def restore(self, bucket: str, key: str) -> bool:
        """See the port. The bucket keeps versions; deleting one's mark brings back what was before it."""
        with aws_errors():
            versions = list(_versions(bucket, key))
            if all(map(_is_mark, versions)):
                return False
            for version in versions:
                if not _is_mark(version):
                    break
                client("s3").delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
        return True


def _versions(bucket: str, key: str) -> list[dict[str, Any]]:
    """Versions and delete marks of one object, newest first."""
    found: list[dict[str, Any]] = []
    for page in client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        found += [dict(one) for kind in ("Versions", "DeleteMarkers") for one in page.get(kind, [])]
    own = [version for version in found if version["Key"] == key]
    return sorted(own, key=lambda version: (version["IsLatest"], version["LastModified"]), reverse=True)


def _is_mark(version: Mapping[str, Any]) -> bool:
    return "ETag" not in version


def absent_or(error: AwsError, bucket: str, key: str) -> HomewardError:
    """NotFoundError if that is what S3 says, else the error of ours."""
    if isinstance(error, ClientError) and error_code(error) in _ABSENT:
        return NotFoundError(f"there is no s3://{bucket}/{key}")
    return translated(error)
