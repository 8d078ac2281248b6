"""Settle Pictures: what a machine's own steps do with the picture at the end, done again for work that has ended.

A detection may end, and the deletion of its crop fail for good: the execution fails, its row stays as it is, and only
the letter in the dead-letter queue tells of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from homeward.domain.detections import Detection, Outcome
from homeward.domain.frames import Frame
from homeward.domain.ports import DetectionStore, FrameStore
from homeward.steps.crops import Crops
from homeward.steps.forget_frame import ForgetFrame


@dataclass(frozen=True, slots=True)
class SettleCrop:
    """Of a detection; one that failed keeps its crop, as it may be done again."""

    detections: DetectionStore
    crops: Crops

    def __call__(self, detection_id: str) -> None:
        """NotFoundError when there is no such detection."""
        row = self.detections.get(detection_id)
        if row.get("outcome") not in (None, Outcome.FAILED):
            self.crops.settle(Detection.from_json(row), row)


@dataclass(frozen=True, slots=True)
class SettleFrame:
    """Of a frame."""

    frames: FrameStore
    forget: ForgetFrame

    def __call__(self, frame_id: str) -> None:
        """NotFoundError when there is no such frame."""
        row = self.frames.get(frame_id)
        self.forget(Frame.from_json(row), row)
