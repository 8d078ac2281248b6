"""Putting shots and heartbeats into S3, with the rights of one camera."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from homeward_camera.errors import ConfigError, RefusedError, UploadError
from homeward_camera.shots import Shot

# Few tries: the uploader waits and tries again itself, and tells what happens.
CONFIG = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 2})
# Answers that will be the same however often the shot is put: the shot itself is at fault.
NEVER = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
# Bad requests that are about us, our clock or the line, not about the shot.
PASSING = {"ExpiredToken", "InvalidToken", "RequestTimeout", "TokenRefreshRequired", "BadDigest", "IncompleteBody"}
PASSING |= {"XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch", "AuthorizationHeaderMalformed"}


@dataclass(frozen=True)
class Stored:
    """Where a picture is now; version is None on a bucket without versions, and when it had been there before."""

    key: str
    version: str | None
    was_there: bool


class Bucket:
    """The bucket as one camera sees it; AWS settings come from the environment, or from a profile."""

    def __init__(self, name: str, profile: str | None = None) -> None:
        """Raises ConfigError when there is no such profile, or no region."""
        self._name = name
        self.skew_ms: int | None = None  # how far this machine's clock is ahead of S3's
        try:
            self._s3 = boto3.Session(profile_name=profile).client("s3", config=CONFIG)
        except BotoCoreError as error:
            raise ConfigError(f"S3 can't be used ({error}); check the AWS settings in the environment") from error
        self._s3.meta.events.register("after-call.s3.PutObject", self._note_clock)

    def put(self, shot: Shot) -> Stored:
        """Put a shot once: a key that exists is never written again. Raises UploadError, or RefusedError."""
        kind = "image/png" if shot.data.startswith(b"\x89PNG") else "image/jpeg"
        try:
            answer = self._s3.put_object(
                Bucket=self._name,
                Key=shot.key,
                Body=shot.data,
                ContentType=kind,
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
                Metadata=shot.metadata(self.skew_ms),
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.PRECONDITION_FAILED:
                return Stored(shot.key, None, was_there=True)
            raise self._told(error, shot.key) from error
        except BotoCoreError as error:
            raise _unreachable(error) from error
        return Stored(shot.key, answer.get("VersionId"), was_there=False)

    def beat(self, camera: str, state: Mapping[str, Any]) -> None:
        """Write the camera's heartbeat. Raises UploadError."""
        key = f"heartbeats/{camera}.json"
        body = json.dumps(state).encode()
        try:
            self._s3.put_object(Bucket=self._name, Key=key, Body=body, ContentType="application/json")
        except ClientError as error:
            raise self._told(error, key) from error
        except BotoCoreError as error:
            raise _unreachable(error) from error

    def _told(self, error: ClientError, key: str) -> UploadError:
        status, code = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"].get("Code", "")
        text = f"S3 refused s3://{self._name}/{key} ({code}, {status})"
        if status in NEVER and code not in PASSING:
            return RefusedError(f"{text}; it is set aside")
        if code == "RequestTimeTooSkewed":
            return UploadError(f"{text}: this machine's clock is wrong; set it (timedatectl set-ntp true)")
        return UploadError(f"{text}; check the camera's credentials, its rights, and the name of the bucket")

    def _note_clock(self, http_response: Any, **_: Any) -> None:
        """S3 says its time with every answer, in whole seconds."""
        now, said = datetime.now(UTC), http_response.headers.get("date")
        try:
            theirs = parsedate_to_datetime(said) if said else None
        except ValueError:
            theirs = None
        if theirs is not None and theirs.tzinfo:
            ahead = (now - theirs).total_seconds() - 0.5
            self.skew_ms = 0 if abs(ahead) <= 1 else round(ahead * 1000)


def _unreachable(error: BotoCoreError) -> UploadError:
    name = type(error).__name__
    return UploadError(f"S3 can't be used ({name}: {error}); check network, credentials and AWS_ENDPOINT_URL")
