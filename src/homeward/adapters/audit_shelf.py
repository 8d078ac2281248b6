"""The audit bucket as the verifier's shelf: it sees every version, so nothing can be hidden under a newer one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from homeward.adapters.audit_bucket import S3SealedLog
from homeward.adapters.aws import aws_errors, client
from homeward.domain.audit_format import PREFIX
from homeward.domain.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class S3AuditShelf:
    """The files of one bucket, in the order of their names."""

    bucket: str

    def made_at(self) -> datetime:
        """When the bucket was made: S3 says so, and nobody who can write can change it."""
        with aws_errors():
            pages = client("s3").get_paginator("list_buckets").paginate(Prefix=self.bucket)
            made: list[datetime] = [
                found["CreationDate"] for page in pages for found in page["Buckets"] if found["Name"] == self.bucket
            ]
        if not made:
            raise NotFoundError(f"the bucket {self.bucket} isn't one of this account's")
        return made[0]

    def names(self) -> Iterator[str]:
        """Every file that isn't deleted."""
        with aws_errors():
            for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=PREFIX):
                yield from (found["Key"] for found in page.get("Contents", []))

    def rewritten(self) -> Iterator[tuple[str, str]]:
        """Files that aren't as they were first written: their names, and what was done to them."""
        with aws_errors():
            for page in client("s3").get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=PREFIX):
                for mark in page.get("DeleteMarkers", []):
                    yield (
                        mark["Key"],
                        f"was deleted on {mark['LastModified']:%Y-%m-%d %H:%M} UTC (the mark can be removed)",
                    )
                yield from ((old["Key"], _old(old)) for old in page.get("Versions", []) if not old["IsLatest"])

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file's bytes."""
        return closing(S3SealedLog(self.bucket).read(name))


def _old(version: dict[str, Any]) -> str:
    return f"has an older version, {version['VersionId']}, written {version['LastModified']:%Y-%m-%d %H:%M} UTC"
