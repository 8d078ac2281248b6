"""Heartbeats of cameras in the pictures bucket."""

from __future__ import annotations

import json
from datetime import datetime

from homeward.adapters.aws import AWS_ERRORS, aws_errors, client
from homeward.adapters.objects import S3ObjectStore, absent_or
from homeward.domain.cameras import HEARTBEATS, MAX_HEARTBEAT_BYTES, CameraState, heartbeat_key, parse_heartbeat
from homeward.domain.detections import iso
from homeward.domain.errors import NotFoundError


class S3Heartbeats:
    """One small object for each camera."""

    def __init__(self, bucket: str) -> None:
        self._bucket, self._objects = bucket, S3ObjectStore()

    def all(self) -> list[CameraState]:
        """What was last heard of every camera that was enrolled or ever beat, by id."""
        listed = self._objects.listed(self._bucket, HEARTBEATS)
        found = [state for one in listed if (state := self._read(one.key))]
        return sorted(found, key=lambda state: state.camera)

    def one(self, camera: str) -> CameraState | None:
        """What was last heard of this camera; None when nothing ever was."""
        return self._read(heartbeat_key(camera))

    def _read(self, key: str) -> CameraState | None:
        try:
            answer = client("s3").get_object(Bucket=self._bucket, Key=key)
        except AWS_ERRORS as error:
            if isinstance(problem := absent_or(error, self._bucket, key), NotFoundError):
                return None  # revoked meanwhile
            raise problem from error
        # A camera may put what it likes: not more of it is read than a heartbeat can have.
        with answer["Body"] as body:
            said = body.read(MAX_HEARTBEAT_BYTES)
        return parse_heartbeat(key, answer["LastModified"], said)

    def expect(self, camera: str, at: datetime) -> None:
        """From now on its silence is noticed."""
        body = json.dumps({"enrolled_at": iso(at)}).encode()
        with aws_errors():
            self._objects.put(self._bucket, heartbeat_key(camera), body, "application/json")

    def forget(self, camera: str) -> None:
        """It isn't expected any more."""
        self._objects.remove(self._bucket, heartbeat_key(camera))
