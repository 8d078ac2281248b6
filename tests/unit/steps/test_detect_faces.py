"""Detect Faces: named outcomes; the first answer counts, and a picture without faces goes."""

from __future__ import annotations

import pytest

from homeward.domain.errors import ServiceUnavailableError
from homeward.domain.frames import FaceBox
from homeward.domain.ports import FoundFaces
from homeward.steps.detect_faces import DetectFaces
from tests.factories import frame
from tests.fakes import FakeDetector, FakeFrames, FakePictures, clock

ONE = FoundFaces((FaceBox(0.1, 0.2, 0.3, 0.4),))


def made(answer: FoundFaces) -> tuple[DetectFaces, FakeFrames, FakePictures]:
    frames = FakeFrames({frame().frame_id: {**frame().to_json(), "state": "RECEIVED"}})
    pictures = FakePictures({frame().picture.key: (b"", {})})
    return DetectFaces(FakeDetector(answer), frames, pictures, clock), frames, pictures


@pytest.mark.parametrize(
    ("answer", "outcome", "state", "deleted"),
    [
        (ONE, "FACES", "DETECTED", 0),
        (FoundFaces(()), "NO_FACE", "FINISHED", 1),
        (FoundFaces((), "NOT_AN_IMAGE"), "UNUSABLE_PICTURE", "FINISHED", 1),
    ],
)
def test_every_answer_has_a_named_outcome(answer: FoundFaces, outcome: str, state: str, deleted: int) -> None:
    step, frames, pictures = made(answer)
    assert step(frame().to_json())["outcome"] == outcome
    row = frames.get(frame().frame_id)
    assert (row["state"], row.get("outcome")) == (state, None if outcome == "FACES" else outcome)
    assert len(pictures.deleted) == deleted
    assert [event.action for event in frames.events] == ["detect_faces", *["delete_picture"] * deleted]


def test_a_reason_is_audited() -> None:
    step, frames, _ = made(FoundFaces((), "TOO_LARGE"))
    step(frame().to_json())
    assert (frames.events[0].outcome, frames.events[0].reasons) == ("UNUSABLE_PICTURE", ("TOO_LARGE",))


@pytest.mark.parametrize("answer", [ONE, FoundFaces(())])
def test_a_second_try_gives_the_first_answer(answer: FoundFaces) -> None:
    """The picture may be deleted by then, and a face's number names its crop."""
    step, frames, pictures = made(answer)
    first = step(frame().to_json())
    events, deleted = len(frames.events), len(pictures.deleted)
    step.detector.answer = FoundFaces((), "NOT_AN_IMAGE")  # type: ignore[attr-defined]
    assert step(frame().to_json()) == first
    assert (len(frames.events), len(pictures.deleted)) == (events, deleted)


def test_a_try_that_died_before_deleting_is_finished_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    step, frames, pictures = made(FoundFaces(()))
    with monkeypatch.context() as broken:
        broken.setattr(pictures, "delete", _away)
        with pytest.raises(ServiceUnavailableError):
            step(frame().to_json())
    assert step(frame().to_json())["outcome"] == "NO_FACE"
    assert pictures.deleted == [frame().picture]
    assert [event.action for event in frames.events] == ["detect_faces", "delete_picture"]


def _away(picture: object) -> None:
    raise ServiceUnavailableError("S3 went away")
