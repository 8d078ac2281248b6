"""Start Detection: an object appeared in the pictures bucket; record it once and start its execution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import CropKey, Detection, Picture
from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.ports import AuditLog, Clock, DetectionStore, Machines, ObjectStore

MAX_PICTURE_BYTES = 15 * 1024 * 1024  # Rekognition's limit for a picture in S3


@dataclass(frozen=True, slots=True)
class StartDetection:
    """Takes EventBridge's "Object Created" event; a repeated event changes nothing."""

    detections: DetectionStore
    audit: AuditLog
    objects: ObjectStore
    machines: Machines
    machine_arn: str
    clock: Clock
    actor: str = "function:start_detection"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return `{"detection_id", "started"}`, or `{"refused": reason}` for an object that can't be a detection."""
        picture = _picture(event)
        try:
            detection = self._detection(picture)
        except (InputError, NotFoundError) as problem:
            return self._refuse(picture, str(problem))
        # The row comes first: if we die between the two, the repeated event finds it and starts the execution.
        subject = f"detection:{detection.detection_id}"
        received = audit_event(
            self.clock(), self.actor, "receive_picture", subject, "RECEIVED", details=detection.to_json()
        )
        self.detections.receive(detection, received)
        started = self.machines.start(self.machine_arn, detection.detection_id, detection.to_json())
        return {"detection_id": detection.detection_id, "started": started}

    def _detection(self, picture: Picture) -> Detection:
        CropKey.parse(picture.key)
        if picture.size > MAX_PICTURE_BYTES:
            raise InputError(f"the picture has {picture.size} bytes, more than {MAX_PICTURE_BYTES}")
        place = self.objects.metadata(picture.bucket, picture.key, picture.version).get("place", "")
        return Detection.of(picture, place)

    def _refuse(self, picture: Picture, reason: str) -> dict[str, Any]:
        subject = f"picture:{picture.bucket}/{picture.key}"
        self.audit.append(
            audit_event(self.clock(), self.actor, "receive_picture", subject, "REFUSED", reasons=(reason,))
        )
        return {"refused": reason}


def _picture(event: Mapping[str, Any]) -> Picture:
    try:
        detail = event["detail"]
        return Picture(
            bucket=detail["bucket"]["name"],
            key=detail["object"]["key"],
            version=detail["object"].get("version-id"),
            size=int(detail["object"]["size"]),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise InputError(f"not an S3 'Object Created' event: {problem!r}") from problem
