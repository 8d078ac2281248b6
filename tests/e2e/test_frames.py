"""A picture with many faces, put into the bucket of the deployed stack: one detection per face, and nothing twice."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from homeward.adapters.audit_log import DynamoAuditLog
from homeward.adapters.aws import client
from homeward.adapters.dynamodb import get, scan
from homeward.adapters.frames import DynamoFrameStore
from homeward.adapters.machines import StepFunctionsMachines
from homeward.domain.audit import audit_event
from homeward.domain.detections import Picture
from homeward.domain.frames import Frame
from homeward.settings import Setting, Settings
from tests.deployed import deployed
from tests.drawn_faces import Faces, group, jpeg, png
from tests.e2e.conftest import until

COLLECTION = "missing-people-1"
PLACE = "central-station"


@dataclass
class Stack:
    """The deployed stack, as a camera and an operator see it."""

    names: Settings
    shots: int = 0

    @property
    def bucket(self) -> str:
        return self.names[Setting.PICTURES_BUCKET]

    def put(self, data: bytes) -> Frame:
        """Put a frame, as an uploader would."""
        self.shots += 1
        key = f"frames/entrance/20261122T211500123Z-{self.shots}.jpg"
        version = client("s3").put_object(Bucket=self.bucket, Key=key, Body=data, Metadata={"place": PLACE})[
            "VersionId"
        ]
        return Frame.of(Picture(self.bucket, key, version, len(data)), PLACE)

    def row(self, frame: Frame) -> dict[str, Any]:
        return get(self.names[Setting.FRAMES_TABLE], {"frame_id": frame.frame_id}) or {}

    def ended(self, frame: Frame) -> dict[str, Any]:
        """The frame's row, once its execution has ended."""
        until(lambda: "picture_deleted_at" in self.row(frame), f"{frame.frame_id} never ended")
        return self.row(frame)

    def detections(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        """Every detection that came of a frame's crops, once all have ended."""

        def of_this_frame() -> list[dict[str, Any]]:
            crops = f"-{row['frame_id'][-12:]}-f"
            return [one for one in scan(self.names[Setting.DETECTIONS_TABLE]) if crops in one["picture"]["key"]]

        until(
            lambda: (
                len(of_this_frame()) >= len(row["faces"]) and all(one["state"] == "FINISHED" for one in of_this_frame())
            ),
            "the faces' detections never ended",
            240,
        )
        return of_this_frame()

    def crops(self, row: dict[str, Any]) -> int:
        """Versions of the frame's crops that are left."""
        found = client("s3").list_object_versions(Bucket=self.bucket, Prefix="crops/entrance/")
        return sum(f"-{row['frame_id'][-12:]}-f" in one["Key"] for one in found.get("Versions", []))

    def story(self, subject: str) -> list[tuple[str, str, tuple[str, ...]]]:
        events = DynamoAuditLog(self.names[Setting.AUDIT_TABLE]).story(subject)
        return [(event.action, event.outcome, event.reasons) for event in events]

    def letter(self, text: str) -> str:
        """The dead letter that holds the text, once it is there."""
        found: list[str] = []

        def arrived() -> bool:
            queue = self.names[Setting.DEAD_LETTER_QUEUE_URL]
            answer = client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1)
            found.extend(one["Body"] for one in answer.get("Messages", []) if text in one["Body"])
            return bool(found)

        until(arrived, f"no letter about {text}")
        return found[0]

    def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        answer = client("lambda").invoke(FunctionName=f"frames-{function}", Payload=json.dumps(event))
        assert "FunctionError" not in answer, answer["Payload"].read()
        return dict(json.load(answer["Payload"]))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, faces: Faces) -> Iterator[Stack]:
    """The stack, with a photo of person 1 in the collection."""
    with deployed(tmp_path_factory.mktemp("frames"), "frames") as names:
        photo = {"Image": {"Bytes": faces.portrait(1)}, "ExternalImageId": "namus:MP:1:1:0f"}
        client("rekognition").index_faces(CollectionId=COLLECTION, **photo)
        yield Stack(names)


def turned(picture: NDArray[np.uint8]) -> bytes:
    """A JPEG of a camera that was held upright: stored on its side, with EXIF's word for it."""
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    stored = cv2.cvtColor(cv2.rotate(picture, cv2.ROTATE_90_COUNTERCLOCKWISE), cv2.COLOR_BGR2RGB)
    Image.fromarray(stored).save(file, "JPEG", exif=exif, quality=95)
    return file.getvalue()


def people(faces: Faces) -> NDArray[np.uint8]:
    return group(*(faces.pixels(person, variant, 400) for person, variant in ((0, 0), (1, 1), (2, 0), (3, 0))))


@pytest.mark.parametrize("encoded", [jpeg, turned, png])
def test_every_face_becomes_a_detection_of_its_own(
    stack: Stack, faces: Faces, encoded: Callable[[NDArray[np.uint8]], bytes]
) -> None:
    frame = stack.put(encoded(people(faces)))
    row = stack.ended(frame)
    assert (row["state"], row["outcome"], len(row["faces"])) == ("FINISHED", "CROPPED", 4)
    detections = stack.detections(row)
    assert {one["detection_id"] for one in detections} == {face["detection_id"] for face in row["faces"]}
    assert {one["picture"]["key"] for one in detections} == {face["crop"] for face in row["faces"]}
    assert {(one["place"], one["captured_at"]) for one in detections} == {(PLACE, "2026-11-22T21:15:00.123Z")}
    found = {one["detection_id"] for one in detections if one["search"]["outcome"] == "MATCHES"}
    second_from_left = sorted(row["faces"], key=lambda face: face["box"]["left"])[1]
    assert found == {second_from_left["detection_id"]}, "person 1, whom the collection knows, is the second of four"


def test_the_frame_is_deleted_and_its_story_told(stack: Stack, faces: Faces) -> None:
    frame = stack.put(jpeg(people(faces)))
    row = stack.ended(frame)
    versions = client("s3").list_object_versions(Bucket=stack.bucket, Prefix=frame.picture.key)
    assert versions.get("Versions", []) == versions.get("DeleteMarkers", []) == []
    assert stack.story(f"frame:{frame.frame_id}") == [
        ("receive_picture", "RECEIVED", ()),
        ("detect_faces", "FACES", ()),
        ("crop_faces", "CROPPED", ()),
        ("delete_picture", "DELETED", ()),
    ]
    stack.detections(row)


def test_repeats_make_nothing_twice(stack: Stack, faces: Faces) -> None:
    """The event, each function's call, and an execution's call that had died before it noted its end."""
    frame = stack.put(jpeg(people(faces)))
    row = stack.ended(frame)
    detections = stack.detections(row)
    picture = frame.picture
    event = {"key": picture.key, "size": picture.size, "version-id": picture.version}
    again = stack.invoke("start_detection", {"id": "x", "detail": {"bucket": {"name": stack.bucket}, "object": event}})
    assert again == {"frame_id": frame.frame_id, "started": False}
    boxes = [face["box"] for face in row["faces"]]
    assert stack.invoke("detect_faces", frame.to_json()) == {"outcome": "FACES", "faces": boxes}
    crop_faces = {"frame": frame.to_json(), "faces": boxes}
    assert stack.invoke("crop_faces", crop_faces) == {"outcome": "CROPPED", "faces": 4}
    # As after a crash between the last crop and the row's change, with the crops' detections at their ends.
    version = client("s3").put_object(Bucket=stack.bucket, Key=picture.key, Body=jpeg(people(faces)))["VersionId"]
    same = {**frame.to_json(), "picture": {**frame.to_json()["picture"], "version": version}}
    forget = {"#state": "state", "#deleted": "picture_deleted_at"}
    client("dynamodb").update_item(
        TableName=stack.names[Setting.FRAMES_TABLE],
        Key={"frame_id": {"S": frame.frame_id}},
        UpdateExpression="SET #state = :detected REMOVE outcome, faces, #deleted",
        ExpressionAttributeNames=forget,
        ExpressionAttributeValues={":detected": {"S": "DETECTED"}},
    )
    left = stack.crops(row)
    assert stack.invoke("crop_faces", {"frame": same, "faces": boxes}) == {"outcome": "CROPPED", "faces": 4}
    assert stack.crops(row) == left
    assert stack.row(frame)["faces"] == row["faces"]
    assert stack.detections(row) == detections


def test_a_hundred_faces(stack: Stack, faces: Faces) -> None:
    """110 faces are there; Amazon Rekognition finds the 100 largest, and so do we."""
    small = [faces.pixels(person, side=150) for person in range(4)]
    rows = [np.hstack([small[(row + column) % 4] for column in range(11)]) for row in range(10)]
    row = stack.ended(stack.put(jpeg(np.vstack(rows).astype(np.uint8))))
    assert (row["outcome"], len(row["faces"])) == ("CROPPED", 100)
    detections = stack.detections(row)
    assert len({one["detection_id"] for one in detections}) == len(detections) == 100


@pytest.mark.parametrize(
    ("make", "outcome", "reasons"),
    [
        (lambda whole: b"", "UNUSABLE_PICTURE", ("NOT_AN_IMAGE",)),
        (lambda whole: b"<html>not a picture</html>", "UNUSABLE_PICTURE", ("NOT_AN_IMAGE",)),
        (lambda whole: whole[: len(whole) // 2], "UNUSABLE_PICTURE", ("NOT_AN_IMAGE",)),
        (lambda whole: png(np.zeros((10_000, 10_000), np.uint8)), "UNUSABLE_PICTURE", ("TOO_LARGE",)),
        (lambda whole: jpeg(np.zeros((60, 300, 3), np.uint8)), "UNUSABLE_PICTURE", ("TOO_SMALL",)),
        (lambda whole: jpeg(np.full((300, 300, 3), 99, np.uint8)), "NO_FACE", ()),
    ],
    ids=["empty", "html", "cut off", "bomb", "small", "nobody"],
)
def test_a_picture_without_faces_has_a_named_end(
    stack: Stack, faces: Faces, make: Callable[[bytes], bytes], outcome: str, reasons: tuple[str, ...]
) -> None:
    frame = stack.put(make(jpeg(people(faces))))
    row = stack.ended(frame)
    assert (row["state"], row["outcome"]) == ("FINISHED", outcome)
    assert ("detect_faces", outcome, reasons) in stack.story(f"frame:{frame.frame_id}")


def test_a_frame_that_fails_is_recorded_and_queued(stack: Stack) -> None:
    """Its picture vanished between its arrival and its execution."""
    frame = Frame.of(Picture(stack.bucket, "frames/entrance/20261122T211500123Z-gone.jpg", "gone", 1), PLACE)
    tables = (
        stack.names[Setting.FRAMES_TABLE],
        stack.names[Setting.DETECTIONS_TABLE],
        stack.names[Setting.AUDIT_TABLE],
    )
    about = audit_event(datetime.now(UTC), "test", "receive_picture", f"frame:{frame.frame_id}", "RECEIVED")
    DynamoFrameStore(*tables).receive(frame, about)
    StepFunctionsMachines().start(stack.names[Setting.FRAME_MACHINE_ARN], frame.frame_id, frame.to_json())
    letter = json.loads(stack.letter(frame.frame_id))
    assert (letter["frame"], letter["error"]) == (frame.to_json(), "ServiceRefusedError")
    row = stack.row(frame)
    assert (row["state"], row["outcome"], row["unfinished"]) == ("FINISHED", "FAILED", "FAILED")
    assert ("record_failure", "FAILED", ("ServiceRefusedError",)) in stack.story(f"frame:{frame.frame_id}")


def test_an_event_that_cannot_be_digested_ends_in_the_dead_letter_queue(stack: Stack) -> None:
    event = b'{"id": "broken", "detail": {}}'
    client("lambda").invoke(FunctionName="frames-start_detection", InvocationType="Event", Payload=event)
    assert json.loads(stack.letter('"broken"')) == json.loads(event)


def test_what_does_not_belong_into_the_bucket_is_refused_by_name(stack: Stack) -> None:
    key = "holiday/beach.jpg"
    client("s3").put_object(Bucket=stack.bucket, Key=key, Body=b"sand")
    refusal = [("receive_picture", "REFUSED", ("FOREIGN_PREFIX",))]
    until(lambda: stack.story(f"picture:{stack.bucket}/{key}") == refusal, "the foreign object was never refused")
