"""Crop Faces: one crop per face, nothing twice, and the relation is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import pytest

from homeward.domain.errors import PictureError, ServiceUnavailableError
from homeward.domain.frames import FaceBox
from homeward.steps.crop_faces import CropFaces
from tests.factories import frame
from tests.fakes import FakeFrames, FakePictures, clock

BOXES = [FaceBox(0.1 * number, 0.2, 0.05, 0.08) for number in range(5)]
EVENT: dict[str, Any] = {"frame": frame().to_json(), "faces": [asdict(box) for box in BOXES]}
NAMES = [frame().detection(number).detection_id for number in range(1, 6)]


class NumberedCrops:
    """Cuts anything into the numbers of its faces, unless it is broken."""

    def cut(self, data: bytes, boxes: Sequence[FaceBox]) -> Iterator[bytes]:
        if data == b"broken":
            raise PictureError("NOT_AN_IMAGE")
        yield from (str(number).encode() for number, _ in enumerate(boxes, 1))


def made(data: bytes = b"picture") -> tuple[CropFaces, FakeFrames, FakePictures]:
    frames = FakeFrames({frame().frame_id: {**frame().to_json(), "state": "DETECTED"}})
    pictures = FakePictures({frame().picture.key: (data, {})})
    return CropFaces(NumberedCrops(), frames, pictures, clock), frames, pictures


def test_every_face_becomes_a_crop_that_says_where_it_comes_from() -> None:
    step, frames, pictures = made()
    assert step(EVENT) == {"outcome": "CROPPED", "faces": 5}
    assert pictures.puts == [frame().detection(number).picture.key for number in range(1, 6)]
    body, metadata = pictures.held[pictures.puts[2]]
    assert body == b"3"
    assert metadata == {
        "place": "central-station",
        "captured-at": "2026-11-22T21:15:00.123Z",
        "frame": frame().frame_id,
        "face": "0.2000,0.2000,0.0500,0.0800",
    }
    row = frames.get(frame().frame_id)
    assert (row["state"], row["outcome"]) == ("FINISHED", "CROPPED")
    assert [face["detection_id"] for face in row["faces"]] == NAMES
    assert [face["crop"] for face in row["faces"]] == pictures.puts
    assert [face["box"] for face in row["faces"]] == EVENT["faces"]


def test_the_picture_goes_and_the_audit_trail_says_so() -> None:
    step, frames, pictures = made()
    step(EVENT)
    assert pictures.deleted == [frame().picture]
    assert [(event.action, event.outcome) for event in frames.events] == [
        ("crop_faces", "CROPPED"),
        ("delete_picture", "DELETED"),
    ]
    assert frames.events[0].details == {"detections": NAMES}


def test_a_repeat_does_nothing() -> None:
    step, frames, pictures = made()
    first = step(EVENT)
    assert step(EVENT) == first
    assert (len(pictures.puts), len(pictures.deleted), len(frames.events)) == (5, 1, 2)


@pytest.mark.parametrize("died_after", range(5))
def test_a_try_that_died_is_finished_by_the_next_and_no_face_is_put_twice(died_after: int) -> None:
    """Crops whose detection has started may have been deleted by it."""
    step, frames, pictures = made()
    pictures.broken_after = died_after
    with pytest.raises(ServiceUnavailableError):
        step(EVENT)
    for key in pictures.puts:
        del pictures.held[key]
    frames.detections = set(NAMES[:died_after])
    pictures.broken_after = None
    assert step(EVENT) == {"outcome": "CROPPED", "faces": 5}
    assert pictures.puts == [frame().detection(number).picture.key for number in range(1, 6)]
    assert [face["detection_id"] for face in frames.get(frame().frame_id)["faces"]] == NAMES


def test_a_picture_that_the_decoder_cannot_use_has_a_named_end() -> None:
    step, frames, pictures = made(b"broken")
    assert step(EVENT) == {"outcome": "UNUSABLE_PICTURE", "faces": 0}
    assert (frames.events[0].outcome, frames.events[0].reasons) == ("UNUSABLE_PICTURE", ("NOT_AN_IMAGE",))
    assert pictures.puts == []
    assert pictures.deleted == [frame().picture]


def test_a_failed_frame_keeps_its_picture() -> None:
    step, frames, pictures = made()
    frames.rows[frame().frame_id] |= {"state": "FINISHED", "outcome": "FAILED"}
    step(EVENT)
    assert (pictures.deleted, pictures.puts) == ([], [])


def test_a_redriven_frame_goes_on() -> None:
    """`redrive_stuck` puts it back to RECEIVED; its faces are known already."""
    step, frames, _ = made()
    frames.rows[frame().frame_id]["state"] = "RECEIVED"
    assert step(EVENT)["outcome"] == "CROPPED"
