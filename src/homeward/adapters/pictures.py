"""PictureStore on S3."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters.aws import AWS_ERRORS, aws_errors, client, translated
from homeward.adapters.objects import absent_or
from homeward.domain.detections import Picture
from homeward.domain.errors import ServiceUnavailableError


class S3PictureStore:
    """Whole pictures; they have 15 MB at most."""

    def metadata(self, picture: Picture) -> dict[str, str]:
        """See the port."""
        try:
            return dict(client("s3").head_object(**_object(picture))["Metadata"])
        except AWS_ERRORS as error:
            raise absent_or(error, picture.bucket, picture.key) from error

    def read(self, picture: Picture) -> bytes:
        """See the port."""
        try:
            body: bytes = client("s3").get_object(**_object(picture))["Body"].read()
        except AWS_ERRORS as error:
            raise absent_or(error, picture.bucket, picture.key) from error
        return body

    def put_once(self, picture: Picture, body: bytes, metadata: Mapping[str, str]) -> None:
        """See the port."""
        what = {"Body": body, "ContentType": "image/jpeg", "Metadata": dict(metadata), "ChecksumAlgorithm": "SHA256"}
        try:
            client("s3").put_object(Bucket=picture.bucket, Key=picture.key, IfNoneMatch="*", **what)
        except AWS_ERRORS as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"] if isinstance(error, ClientError) else None
            if status == HTTPStatus.CONFLICT:
                raise ServiceUnavailableError(f"somebody else puts s3://{picture.bucket}/{picture.key} now") from error
            if status != HTTPStatus.PRECONDITION_FAILED:
                raise translated(error) from error

    def delete(self, picture: Picture) -> None:
        """See the port."""
        with aws_errors():
            client("s3").delete_object(**_object(picture))


def _object(picture: Picture) -> dict[str, Any]:
    version = {"VersionId": picture.version} if picture.version else {}
    return {"Bucket": picture.bucket, "Key": picture.key, **version}
