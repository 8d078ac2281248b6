"""Putting crops and whole pictures into S3."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from edge import __version__
from edge.crops import Crop
from edge.errors import UploadError
from edge.sources import Frame

CONFIG = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 4})


@dataclass(frozen=True)
class Uploaded:
    """Where a picture is now; version is None on a bucket without versions, and when it had been there before."""

    key: str
    version: str | None
    was_there: bool


class Uploader:
    """Puts the pictures of one camera into a bucket; AWS settings come from the environment as usual."""

    def __init__(self, bucket: str, camera: str, place: str) -> None:
        """Raises UploadError when the environment names no region."""
        self._bucket, self._camera, self._place = bucket, camera, place
        try:
            self._s3 = boto3.client("s3", config=CONFIG)
        except BotoCoreError as error:
            raise UploadError(f"S3 can't be used ({error}); check the AWS settings in the environment") from error

    def put(self, frame: Frame, crop: Crop) -> Uploaded:
        """Upload a crop once: a key that exists is never written again. Raises UploadError."""
        return self._put(picture_key("crops", self._camera, frame, crop.shot), crop.data, frame)

    def put_whole(self, frame: Frame, data: bytes) -> Uploaded:
        """Upload a whole picture once; its faces are found in the cloud. Raises UploadError."""
        shot = hashlib.sha256(data).hexdigest()[:16]
        return self._put(picture_key("frames", self._camera, frame, shot), data, frame)

    def _put(self, key: str, data: bytes, frame: Frame) -> Uploaded:
        try:
            answer = self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=data,
                ContentType="image/jpeg",
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
                Metadata=self._metadata(frame),
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.PRECONDITION_FAILED:
                return Uploaded(key, None, was_there=True)
            raise UploadError(f"S3 refused s3://{self._bucket}/{key} ({error}); check --bucket and rights") from error
        except BotoCoreError as error:
            raise UploadError(f"S3 can't be reached ({error}); check AWS_ENDPOINT_URL and the credentials") from error
        return Uploaded(key, answer.get("VersionId"), was_there=False)

    def _metadata(self, frame: Frame) -> dict[str, str]:
        return {
            "place": self._place,
            "captured-at": f"{frame.captured_at:%Y-%m-%dT%H:%M:%S}.{frame.captured_at.microsecond // 1000:03}Z",
            # Metadata is ASCII; file names are any bytes.
            "frame": quote(os.fsencode(frame.name)),
            "agent-version": __version__,
        }


def picture_key(folder: str, camera: str, frame: Frame, shot: str) -> str:
    """`<folder>/<camera>/<YYYYMMDDTHHMMSSmmmZ>-<shot>.jpg`: two faces of one frame differ in the shot."""
    moment = frame.captured_at
    return f"{folder}/{camera}/{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03}Z-{shot}.jpg"
