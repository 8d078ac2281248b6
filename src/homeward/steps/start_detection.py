"""Start Detection: an object appeared in the pictures bucket; record it once and start its execution.

A crop (`crops/...`) is one face and becomes a detection; a frame (`frames/...`) goes through the frame machine first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.detections import CROPS, FRAMES, Detection, DetectionState, Picture, PictureKey
from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.frames import Frame, FrameState
from homeward.domain.ports import AuditLog, Clock, DetectionStore, FrameStore, Machines, PictureStore

MAX_PICTURE_BYTES = 15 * 1024 * 1024  # Rekognition's limit for a picture in S3


class ArrivalRefusal(StrEnum):
    """Why an object of the pictures bucket becomes neither a detection nor a frame."""

    FOREIGN_PREFIX = "FOREIGN_PREFIX"
    MALFORMED_KEY = "MALFORMED_KEY"
    TOO_LARGE = "TOO_LARGE"
    PICTURE_GONE = "PICTURE_GONE"
    NO_PLACE = "NO_PLACE"


@dataclass(frozen=True, slots=True)
class StartDetection:
    """Takes EventBridge's "Object Created" event; a repeated event changes nothing."""

    detections: DetectionStore
    frames: FrameStore
    audit: AuditLog
    pictures: PictureStore
    machines: Machines
    detection_machine_arn: str
    frame_machine_arn: str
    clock: Clock
    actor: str = "function:start_detection"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return `{"detection_id" or "frame_id", "started"}`, or `{"refused": reason}` for what can be neither."""
        picture = _picture(event)
        arrived = self._arrived(picture)
        if isinstance(arrived, Detection):
            return {"detection_id": arrived.detection_id, "started": self._start_detection(arrived)}
        if isinstance(arrived, Frame):
            return {"frame_id": arrived.frame_id, "started": self._start_frame(arrived)}
        self.audit.append(self._event(f"picture:{picture.bucket}/{picture.key}", "REFUSED", reasons=(arrived.value,)))
        return {"refused": arrived.value}

    def _arrived(self, picture: Picture) -> Detection | Frame | ArrivalRefusal:
        if picture.key.partition("/")[0] not in (CROPS, FRAMES):
            return ArrivalRefusal.FOREIGN_PREFIX
        try:
            key = PictureKey.parse(picture.key)
        except InputError:
            return ArrivalRefusal.MALFORMED_KEY
        if picture.size > MAX_PICTURE_BYTES:
            return ArrivalRefusal.TOO_LARGE
        try:
            place = self.pictures.metadata(picture).get("place", "")
            return Detection.of(picture, place) if key.folder == CROPS else Frame.of(picture, place)
        except NotFoundError:
            return self._known(key, picture)
        except InputError:
            return ArrivalRefusal.NO_PLACE

    def _known(self, key: PictureKey, picture: Picture) -> Detection | Frame | ArrivalRefusal:
        """A picture that is gone may have been dealt with: then its event is a repeated one."""
        name = key.name(picture)
        try:
            if key.folder == CROPS:
                return Detection.from_json(self.detections.get(name))
            return Frame.from_json(self.frames.get(name))
        except NotFoundError:
            return ArrivalRefusal.PICTURE_GONE

    # The row comes first: if we die between the two, the repeated event finds it and starts the execution.

    def _start_detection(self, detection: Detection) -> bool:
        name, payload = detection.detection_id, detection.to_json()
        if not self.detections.receive(detection, self._event(f"detection:{name}", "RECEIVED", details=payload)):
            try:
                row = self.detections.get(name)
            except NotFoundError:  # it was erased
                self.pictures.delete(detection.picture)
                return False
            payload = Detection.from_json(row).to_json()
            if payload["picture"]["version"] != detection.picture.version:
                self.pictures.delete(detection.picture)  # a frame's face that was cut out again; once is enough
            if row["state"] == DetectionState.FINISHED:
                return False
        return self.machines.start(self.detection_machine_arn, name, payload)

    def _start_frame(self, frame: Frame) -> bool:
        name, payload = frame.frame_id, frame.to_json()
        new = self.frames.receive(frame, self._event(f"frame:{name}", "RECEIVED", details=payload))
        if not new and self.frames.get(name)["state"] == FrameState.FINISHED:
            return False
        return self.machines.start(self.frame_machine_arn, name, payload)

    def _event(self, subject: str, outcome: str, **more: Any) -> AuditEvent:
        return audit_event(self.clock(), self.actor, "receive_picture", subject, outcome, **more)


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
