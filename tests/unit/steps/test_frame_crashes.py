"""A frame with a crash around every call: each face becomes exactly one detection, and nothing is left behind.

The real steps, Detect Faces, Crop Faces and Start Detection, over stores in memory. One call in the whole story fails,
before it took effect or after; then the state is tried again, as the machine does. Meanwhile the crops' events arrive
at once, late or twice, and their detections end (and delete their crops) at once or not yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

from homeward.domain.detections import Picture
from homeward.domain.errors import ServiceUnavailableError
from homeward.domain.frames import FaceBox
from homeward.domain.ports import FoundFaces
from homeward.steps.crop_faces import CropFaces
from homeward.steps.detect_faces import DetectFaces
from homeward.steps.start_detection import StartDetection
from tests.factories import frame
from tests.fakes import FakeDetections, FakeDetector, FakeFrames, FakeLog, FakeMachines, FakePictures, clock

BOXES = (FaceBox(0.1, 0.2, 0.1, 0.1), FaceBox(0.4, 0.2, 0.1, 0.1), FaceBox(0.7, 0.2, 0.1, 0.1))
MOST_CALLS = 30  # of both states together; a story has fewer


class Unreliable:
    """A store whose calls are counted together with the other stores'; one of them fails."""

    def __init__(self, store: Any, story: Story) -> None:
        self._store, self._story = store, story

    def __getattr__(self, name: str) -> Any:
        def call(*values: Any) -> Any:
            self._story.calls += 1
            fails = self._story.calls == self._story.failing_call
            if fails and not self._story.after_effect:
                raise ServiceUnavailableError(f"{name} never arrived")
            answer = getattr(self._store, name)(*values)
            if fails:
                raise ServiceUnavailableError(f"{name}'s answer was lost")
            return answer

        return call


class Cutter:
    """Cuts anything."""

    def cut(self, data: bytes, boxes: Sequence[FaceBox]) -> Iterator[bytes]:
        yield from (b"crop" for _ in boxes)


@dataclass
class Bucket(FakePictures):
    """Every put makes a version, and an event for whoever listens."""

    events: list[Picture] = field(default_factory=list)

    def put_once(self, picture: Picture, body: bytes, metadata: Any) -> None:
        if picture.key not in self.held:
            self.events.append(Picture(picture.bucket, picture.key, f"v{len(self.puts)}", len(body)))
        super().put_once(picture, body, metadata)


@dataclass
class Story:
    """One frame from its arrival to its end."""

    failing_call: int
    after_effect: bool
    delivery: str
    calls: int = 0

    def __post_init__(self) -> None:
        self.frames = FakeFrames({frame().frame_id: {**frame().to_json(), "state": "RECEIVED"}})
        self.pictures = Bucket({frame().picture.key: (b"picture", {})})
        self.detections, self.machines = FakeDetections(), FakeMachines()
        self.starting = StartDetection(
            detections=self.detections,
            frames=self.frames,
            audit=FakeLog(),
            pictures=self.pictures,
            machines=self.machines,
            detection_machine_arn="arn:detection",
            frame_machine_arn="arn:frame",
            clock=clock,
        )

    def run(self) -> None:
        stores = (Unreliable(self.frames, self), Unreliable(self.pictures, self), clock)
        detected = self.tried(DetectFaces(FakeDetector(FoundFaces(BOXES)), *stores), frame().to_json())
        assert detected == {"outcome": "FACES", "faces": [asdict(box) for box in BOXES]}
        cropped = self.tried(CropFaces(Cutter(), *stores), {"frame": frame().to_json(), "faces": detected["faces"]})
        assert cropped == {"outcome": "CROPPED", "faces": len(BOXES)}
        self.deliver()

    def tried(self, step: Any, event: dict[str, Any]) -> dict[str, Any]:
        """A state with its Retry."""
        try:
            return dict(step(event))
        except ServiceUnavailableError:
            if self.delivery != "late":
                self.deliver()
            return dict(step(event))

    def deliver(self) -> None:
        """Hand over the events so far; `ended` detections are over at once and delete their crops."""
        times = 2 if self.delivery == "twice" else 1
        for picture in [one for one in self.pictures.events for _ in range(times)]:
            key = {"key": picture.key, "size": picture.size, "version-id": picture.version}
            answer = self.starting({"detail": {"bucket": {"name": picture.bucket}, "object": key}})
            if self.delivery == "ended" and answer.get("started"):
                self.detections.rows[answer["detection_id"]]["state"] = "FINISHED"
                self.pictures.delete(picture)
            self.frames.detections = set(self.detections.rows)
        self.pictures.events.clear()


@pytest.mark.parametrize("delivery", ["prompt", "late", "twice", "ended"])
@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("failing_call", range(MOST_CALLS))
def test_every_face_becomes_exactly_one_detection(failing_call: int, after_effect: bool, delivery: str) -> None:
    story = Story(failing_call, after_effect, delivery)
    story.run()
    names = {frame().detection(number).detection_id for number in range(1, len(BOXES) + 1)}
    assert set(story.machines.started) == set(story.detections.rows) == names
    assert {face["detection_id"] for face in story.frames.get(frame().frame_id)["faces"]} == names
    assert len(story.pictures.puts) == len(BOXES)
    assert set(story.pictures.held) <= (set() if delivery == "ended" else set(story.pictures.puts))
    actions = [event.action for event in story.frames.events]
    assert actions == ["detect_faces", "crop_faces", "delete_picture"]
    assert story.calls < MOST_CALLS
