"""Finding the faces of a picture over the service's wire protocol."""

from __future__ import annotations

import io
from uuid import uuid4

import cv2
import numpy as np
import pytest
from PIL import Image

from homeward.adapters.aws import client
from homeward.adapters.faces import RekognitionDetector
from homeward.domain.detections import Picture
from homeward.domain.errors import ServiceRefusedError
from homeward.domain.frames import FaceBox
from homeward.domain.ports import FoundFaces
from homeward.settings import Setting, Settings
from tests.drawn_faces import Faces, group, jpeg, png

DETECTOR = RekognitionDetector()
GREY = np.full((300, 300, 3), 128, np.uint8)


def found(settings: Settings, data: bytes) -> FoundFaces:
    bucket, key = settings[Setting.PICTURES_BUCKET], f"notes/{uuid4().hex}.jpg"
    version = client("s3").put_object(Bucket=bucket, Key=key, Body=data)["VersionId"]
    return DETECTOR.detect(Picture(bucket, key, version, len(data)))


def middles(boxes: tuple[FaceBox, ...]) -> list[float]:
    return sorted(box.left + box.width / 2 for box in boxes)


def test_every_face_of_a_picture(settings: Settings, faces: Faces) -> None:
    picture = group(*(faces.pixels(person, side=300) for person in range(3)))
    answer = found(settings, jpeg(picture))
    assert answer.unusable is None
    assert middles(answer.boxes) == pytest.approx([1 / 6, 1 / 2, 5 / 6], abs=0.05)
    assert all(0 < box.width < 0.3 and 0.05 < box.top < 0.4 for box in answer.boxes)


def test_boxes_are_of_the_upright_picture(settings: Settings, faces: Faces) -> None:
    picture = group(*(faces.pixels(person, side=300) for person in range(2)))
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    turned = cv2.rotate(picture, cv2.ROTATE_90_COUNTERCLOCKWISE)
    Image.fromarray(cv2.cvtColor(turned, cv2.COLOR_BGR2RGB)).save(file, "JPEG", exif=exif, quality=95)
    assert middles(found(settings, file.getvalue()).boxes) == pytest.approx([1 / 4, 3 / 4], abs=0.05)


@pytest.mark.parametrize(
    ("data", "unusable"),
    [
        (jpeg(GREY), None),
        (png(GREY), None),
        (b"<html>not a picture</html>", "NOT_AN_IMAGE"),
        (jpeg(GREY)[:200], "NOT_AN_IMAGE"),
        (jpeg(GREY[:40]), "TOO_SMALL"),
        (jpeg(GREY) + bytes(15 * 1024 * 1024), "TOO_LARGE"),
    ],
    ids=["no face", "png", "html", "cut off", "too small", "too large"],
)
def test_a_picture_that_shows_nobody(settings: Settings, data: bytes, unusable: str | None) -> None:
    assert found(settings, data) == FoundFaces((), unusable)


def test_a_picture_that_is_gone_is_an_error(settings: Settings) -> None:
    with pytest.raises(ServiceRefusedError, match="InvalidS3ObjectException"):
        DETECTOR.detect(Picture(settings[Setting.PICTURES_BUCKET], "notes/never.jpg", None, 1))
