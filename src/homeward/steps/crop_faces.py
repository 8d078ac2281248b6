"""Crop Faces: every face of a frame becomes a picture of its own, whose arrival starts its detection."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import Detection
from homeward.domain.errors import ConflictError, PictureError
from homeward.domain.frames import UNFINISHED_FRAMES, FaceBox, Frame, FrameOutcome, FrameState
from homeward.domain.ports import Clock, FaceCutter, FrameStore, PictureStore
from homeward.steps.forget_frame import ForgetFrame


@dataclass(frozen=True, slots=True)
class CropFaces:
    """DETECTED -> FINISHED as CROPPED, or as UNUSABLE_PICTURE when the decoder can't use it; then it is deleted.

    A repeat makes nothing twice: a crop that is there stays, and one whose detection has started isn't put again (the
    detection may have ended and deleted it).
    """

    cutter: FaceCutter
    frames: FrameStore
    pictures: PictureStore
    clock: Clock
    actor: str = "function:crop_faces"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"frame", "faces": [box]}`; returns `{"outcome", "faces": how many}`."""
        frame = Frame.from_json(event["frame"])
        row = self.frames.get(frame.frame_id)
        if row["state"] != FrameState.FINISHED:
            self._crop(frame, [FaceBox(**box) for box in event["faces"]])
            row = self.frames.get(frame.frame_id)
        ForgetFrame(self.frames, self.pictures, self.clock, self.actor)(frame, row)
        return {"outcome": row["outcome"], "faces": len(row.get("faces", ()))}

    def _crop(self, frame: Frame, boxes: list[FaceBox]) -> None:
        detections = [frame.detection(number) for number in range(1, len(boxes) + 1)]
        started = self.frames.started([detection.detection_id for detection in detections])
        crops = self.cutter.cut(self.pictures.read(frame.picture), boxes)
        try:
            for detection, box, crop in zip(detections, boxes, crops, strict=True):
                if detection.detection_id not in started:
                    self.pictures.put_once(detection.picture, crop, _metadata(frame, box))
        except PictureError as problem:
            self._end(frame, FrameOutcome.UNUSABLE_PICTURE, (problem.reason,), [])
        else:
            self._end(frame, FrameOutcome.CROPPED, (), [_face(*one) for one in zip(detections, boxes, strict=True)])

    def _end(self, frame: Frame, outcome: FrameOutcome, reasons: tuple[str, ...], faces: list[dict[str, Any]]) -> None:
        record = audit_event(
            self.clock(),
            self.actor,
            "crop_faces",
            f"frame:{frame.frame_id}",
            outcome,
            reasons=reasons,
            details={"detections": [face["detection_id"] for face in faces]},
        )
        changes = {"faces": faces}
        with suppress(ConflictError):  # another execution was faster, with the same crops
            self.frames.advance(frame.frame_id, UNFINISHED_FRAMES, FrameState.FINISHED, changes, record, outcome)


def _face(detection: Detection, box: FaceBox) -> dict[str, Any]:
    return {"box": asdict(box), "crop": detection.picture.key, "detection_id": detection.detection_id}


def _metadata(frame: Frame, box: FaceBox) -> dict[str, str]:
    """What the crop says of itself; its detection takes the place from here."""
    where = ",".join(f"{share:.4f}" for share in (box.left, box.top, box.width, box.height))
    return {"place": frame.place, "captured-at": frame.captured_at, "frame": frame.frame_id, "face": where}
