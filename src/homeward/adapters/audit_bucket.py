"""SealedLog on S3: a bucket with versions and Object Lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from botocore.exceptions import ClientError

from homeward.adapters.aws import AWS_ERRORS, aws_errors, client, error_code, translated
from homeward.adapters.objects import absent_or
from homeward.domain.audit_format import DIGEST_SUFFIX, PREFIX, hour_named
from homeward.domain.errors import SealError, ServiceUnavailableError
from homeward.domain.runbooks import Runbook

_IN_MEMORY = 8 * 2**20  # bytes of a file that is read; more goes to the disk
_CONTENT_TYPES = {True: "application/json", False: "application/jsonl"}


@dataclass(frozen=True, slots=True)
class S3SealedLog:
    """The files of `docs/audit.md` in one bucket."""

    bucket: str

    def last(self) -> str | None:
        """See the port."""
        return self._outermost(max)

    def begun(self) -> str | None:
        """See the port."""
        return self._outermost(min)

    def read(self, name: str) -> IO[bytes]:
        """See the port."""
        file = cast(IO[bytes], SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - the caller closes it
        try:
            copyfileobj(client("s3").get_object(Bucket=self.bucket, Key=name)["Body"], file)
        except AWS_ERRORS as error:
            raise absent_or(error, self.bucket, name) from error
        file.seek(0)
        return file

    def write(self, name: str, body: IO[bytes]) -> bool:
        """See the port. A mark of deletion frees a name for S3, but not for us: that would be a second version."""
        if self._hidden(name):
            raise SealError(
                f"s3://{self.bucket}/{name} was deleted or hidden: restore its first version ({Runbook.AUDIT_LOG.path})"
            )
        kind = _CONTENT_TYPES[name.endswith(DIGEST_SUFFIX)]
        try:
            client("s3").put_object(Bucket=self.bucket, Key=name, Body=body, ContentType=kind, IfNoneMatch="*")
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and error_code(error) == "PreconditionFailed":
                return False
            if isinstance(error, ClientError) and error_code(error) == "ConditionalRequestConflict":
                raise ServiceUnavailableError(f"another write of {name} was under way") from error
            raise translated(error) from error
        return True

    def _hidden(self, name: str) -> bool:
        with aws_errors():
            found = client("s3").list_object_versions(Bucket=self.bucket, Prefix=name)
        return any(mark["Key"] == name and mark["IsLatest"] for mark in found.get("DeleteMarkers", []))

    def _outermost(self, choose: Any) -> str | None:
        """Down the folders of years, months and days; only days of one month and hours of one day are listed."""
        for year in sorted(self._folders(PREFIX), reverse=choose is max):
            for month in sorted(self._folders(year), reverse=choose is max):
                for day in sorted(self._folders(month), reverse=choose is max):
                    if hours := [hour for hour in map(_sealed_hour, self._names(day)) if hour]:
                        return str(choose(hours))
        return None

    def _folders(self, prefix: str) -> Iterator[str]:
        for page in self._pages(prefix, Delimiter="/"):
            yield from (folder["Prefix"] for folder in page.get("CommonPrefixes", []))

    def _names(self, prefix: str) -> Iterator[str]:
        for page in self._pages(prefix):
            yield from (found["Key"] for found in page.get("Contents", []))

    def _pages(self, prefix: str, **more: Any) -> Iterator[Any]:
        with aws_errors():
            yield from client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, **more)


def _sealed_hour(name: str) -> str | None:
    """The hour whose digest it is, if it is one."""
    hour, suffix = hour_named(name) or ("", "")
    return hour if suffix == DIGEST_SUFFIX else None
