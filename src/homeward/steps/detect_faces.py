"""Detect Faces: where are the faces in a frame?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.errors import ConflictError
from homeward.domain.frames import Frame, FrameOutcome, FrameState
from homeward.domain.ports import Clock, FaceDetector, FoundFaces, FrameStore, PictureStore
from homeward.steps.forget_frame import ForgetFrame

FACES = "FACES"


@dataclass(frozen=True, slots=True)
class DetectFaces:
    """RECEIVED -> DETECTED, or a named end when there is no face; then the picture is deleted.

    The first answer counts for ever: a face's number names its crop.
    """

    detector: FaceDetector
    frames: FrameStore
    pictures: PictureStore
    clock: Clock
    actor: str = "function:detect_faces"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return `{"outcome", "faces"}`: FACES or a named end of the frame, and the faces' boxes."""
        frame = Frame.from_json(dict(event))
        row = self.frames.get(frame.frame_id)
        if "detected" not in row:
            with suppress(ConflictError):  # another execution was faster; its answer counts
                self._detect(frame)
            row = self.frames.get(frame.frame_id)
        ForgetFrame(self.frames, self.pictures, self.clock, self.actor)(frame, row)
        return dict(row["detected"])

    def _detect(self, frame: Frame) -> None:
        found = self.detector.detect(frame.picture)
        end = _end(found)
        outcome = end.value if end else FACES
        detected = {"outcome": outcome, "faces": [asdict(box) for box in found.boxes]}
        record = audit_event(
            self.clock(),
            self.actor,
            "detect_faces",
            f"frame:{frame.frame_id}",
            outcome,
            reasons=(found.unusable,) if found.unusable else (),
            details={"faces": len(found.boxes)},
        )
        state = FrameState.FINISHED if end else FrameState.DETECTED
        self.frames.advance(frame.frame_id, [FrameState.RECEIVED], state, {"detected": detected}, record, end)


def _end(found: FoundFaces) -> FrameOutcome | None:
    if found.unusable:
        return FrameOutcome.UNUSABLE_PICTURE
    return None if found.boxes else FrameOutcome.NO_FACE
