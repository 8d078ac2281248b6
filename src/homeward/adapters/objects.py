"""ObjectStore on S3."""

from __future__ import annotations

from botocore.exceptions import ClientError

from homeward.adapters.aws import AWS_ERRORS, AwsError, aws_errors, client, error_code, translated
from homeward.domain.errors import HomewardError, NotFoundError

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


def absent_or(error: AwsError, bucket: str, key: str) -> HomewardError:
    """NotFoundError if that is what S3 says, else the error of ours."""
    if isinstance(error, ClientError) and error_code(error) in _ABSENT:
        return NotFoundError(f"there is no s3://{bucket}/{key}")
    return translated(error)
