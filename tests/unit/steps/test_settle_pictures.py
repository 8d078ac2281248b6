"""Pictures of work that has ended, whose deletion failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from homeward.domain.detections import Picture
from homeward.domain.frames import Frame
from homeward.steps.crops import Crops
from homeward.steps.forget_frame import ForgetFrame
from homeward.steps.settle_pictures import SettleCrop, SettleFrame
from tests.factories import detection
from tests.fakes import FakeDetections, clock, live_policy

FRAME = Frame.of(Picture("pictures", "frames/entrance/20261122T211500123Z-1.jpg", None, 9), "central")


@dataclass
class Pictures:
    """The part of PictureStore that deletes."""

    deleted: list[str] = field(default_factory=list)

    def delete(self, picture: Picture) -> None:
        self.deleted.append(picture.key)


class Frames:
    """One frame's row."""

    def __init__(self, **row: Any) -> None:
        self.row = {**FRAME.to_json(), **row}

    def get(self, frame_id: str) -> dict[str, Any]:
        return self.row

    def note_deleted(self, frame_id: str, event: Any) -> None:
        self.row["picture_deleted_at"] = event.at


@pytest.mark.parametrize(
    ("row", "gone"),
    [
        ({"outcome": "DISCARDED"}, True),
        ({"outcome": "DISCARDED", "keep_until": "2026-12-01T00:00:00.000Z"}, False),
        ({"outcome": "FAILED"}, False),
        ({}, False),
    ],
)
def test_a_crop_goes_where_its_row_does_not_keep_it(row: dict[str, Any], gone: bool) -> None:
    found, pictures = detection(), Pictures()
    rows = FakeDetections({found.detection_id: {**found.to_json(), "state": "FINISHED", **row}})
    SettleCrop(rows, Crops(pictures, live_policy))(found.detection_id)  # type: ignore[arg-type]
    assert pictures.deleted == ([found.picture.key] if gone else [])


@pytest.mark.parametrize(("row", "gone"), [({"outcome": "CROPPED"}, True), ({"outcome": "FAILED"}, False), ({}, False)])
def test_a_frame_goes_once_it_has_ended(row: dict[str, Any], gone: bool) -> None:
    frames: Any = Frames(**row)
    pictures: Any = Pictures()
    SettleFrame(frames, ForgetFrame(frames, pictures, clock, "test"))(FRAME.frame_id)
    assert bool(pictures.deleted) == gone
    assert ("picture_deleted_at" in frames.row) == gone
