"""Pictures in S3, read at the endpoint that the environment names (AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL).

Whatever S3 does, a read ends: the time to connect, to wait for more, and for a whole body is bounded.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from standins.rekognition.errors import ImageTooLargeError, InternalError, InvalidS3ObjectError
from standins.rekognition.images import MAX_S3_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, GetObjectRequestTypeDef

_ATTEMPTS = 2


@dataclass(frozen=True)
class Patience:
    """Seconds: for a connection, for each piece of an answer, for the whole body of an object."""

    connect: float = 2
    read: float = 5
    body: float = 10


class PictureBucket:
    """Reads S3 objects, but nothing without an endpoint in the environment: a local service must not turn to AWS."""

    def __init__(self, patience: Patience = Patience()) -> None:
        self.endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        self._patience = patience
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        config = Config(
            connect_timeout=patience.connect,
            read_timeout=patience.read,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            s3={"addressing_style": "path"},
            max_pool_connections=32,
        )
        self._client = (
            boto3.client("s3", endpoint_url=self.endpoint, region_name=region, config=config) if self.endpoint else None
        )

    def read(self, s3_object: dict[str, str]) -> bytes:
        """The bytes of an S3Object (Bucket, Name, perhaps Version).

        Raises InvalidS3ObjectError (missing, forbidden), ImageTooLargeError (over 15 MB), InternalError (S3 is away).
        """
        if self._client is None:
            raise InvalidS3ObjectError(
                "The face service was started without AWS_ENDPOINT_URL, so it can't read from S3."
            )
        if not {"Bucket", "Name"} <= s3_object.keys():
            raise InvalidS3ObjectError("An S3 object needs Bucket and Name.")
        where: GetObjectRequestTypeDef = {"Bucket": s3_object["Bucket"], "Key": s3_object["Name"]}
        if "Version" in s3_object:
            where["VersionId"] = s3_object["Version"]
        try:
            return self._bounded(self._client.get_object(**where))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                raise InternalError(f"S3 at {self.endpoint} failed: {error}") from error
            raise InvalidS3ObjectError(
                "Unable to get object metadata from S3. Check object key, region and/or access permissions."
            ) from error
        except ParamValidationError as error:
            raise InvalidS3ObjectError("Request has invalid S3 object") from error
        except BotoCoreError as error:
            raise InternalError(f"S3 at {self.endpoint} can't be reached: {error}") from error

    def _bounded(self, answer: GetObjectOutputTypeDef) -> bytes:
        """The body; S3 may send more or less than it says, say nothing, or never end."""
        told = answer.get("ContentLength", 0)
        stream = answer["Body"]
        with stream as response:
            data = b""
            if told <= MAX_S3_BYTES:
                # Ends a read of this thread, for which closing would wait. `response` is urllib3's.
                late = threading.Timer(self._patience.body, response.shutdown)  # type: ignore[attr-defined]
                late.start()
                try:
                    data = stream.read(MAX_S3_BYTES + 1)
                finally:
                    late.cancel()
        if max(told, len(data)) > MAX_S3_BYTES:
            raise ImageTooLargeError(f"Image size is too large: {max(told, len(data))} bytes, at most {MAX_S3_BYTES}")
        if len(data) < told:
            raise InternalError(f"S3 at {self.endpoint} sent {len(data)} of {told} bytes")
        return data
