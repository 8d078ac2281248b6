"""ObjectVersions on S3."""

from __future__ import annotations

from collections.abc import Iterator

from homeward.adapters.aws import AWS_ERRORS, aws_errors, client
from homeward.adapters.objects import absent_or
from homeward.domain.ports import StoredVersion

_TYPES = {"json": "application/json", "jsonl": "application/jsonl", "html": "text/html; charset=utf-8"}


class S3ObjectVersions:
    """Buckets that keep versions."""

    def each(self, bucket: str, prefix: str) -> Iterator[StoredVersion]:
        """See the port."""
        with aws_errors():
            for page in client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
                for one in page.get("Versions", []):
                    yield StoredVersion(bucket, one["Key"], one["VersionId"], one["IsLatest"], one["LastModified"])

    def read(self, version: StoredVersion) -> bytes:
        """See the port."""
        try:
            body: bytes = client("s3").get_object(**_object(version))["Body"].read()
        except AWS_ERRORS as error:
            raise absent_or(error, version.bucket, version.key) from error
        return body

    def remove(self, version: StoredVersion) -> None:
        """See the port."""
        with aws_errors():
            client("s3").delete_object(**_object(version))

    def replace(self, version: StoredVersion, body: bytes) -> None:
        """See the port."""
        kind = _TYPES.get(version.key.rpartition(".")[2], "application/octet-stream")
        with aws_errors():
            client("s3").put_object(Bucket=version.bucket, Key=version.key, Body=body, ContentType=kind)
        self.remove(version)


def _object(version: StoredVersion) -> dict[str, str]:
    return {"Bucket": version.bucket, "Key": version.key, "VersionId": version.version}
