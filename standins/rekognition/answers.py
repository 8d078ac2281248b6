"""How faces look in answers: the shapes that several operations share."""

from __future__ import annotations

from typing import Any, TypeAlias

from standins.rekognition.entries import StoredFace
from standins.rekognition.faces import Face
from standins.rekognition.images import Picture
from standins.rekognition.models import FACE_MODEL_VERSION
from standins.rekognition.quality import Quality

Answer: TypeAlias = dict[str, Any]
Box: TypeAlias = tuple[float, float, float, float]

ARN = "aws:rekognition:us-east-1:111122223333:collection/"
"""A collection's ARN, without `arn:` and its name: one operation of AWS leaves the former out."""

_LANDMARKS = ("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")


def relative_box(face: Face, picture: Picture) -> Box:
    """Left, top, width, height as shares of the picture's sides; as at AWS a box may reach beyond the picture."""
    left, top, width, height = face.box
    return left / picture.width, top / picture.height, width / picture.width, height / picture.height


def bounding_box(box: Box) -> Answer:
    """A BoundingBox."""
    return dict(zip(("Left", "Top", "Width", "Height"), box, strict=True))


def face_detail(face: Face, picture: Picture, quality: Quality) -> Answer:
    """A FaceDetail with the default attributes. The others (age, gender, emotions, ...) no model here can tell.

    A ComparedFace is the same.
    """
    return {
        "BoundingBox": bounding_box(relative_box(face, picture)),
        "Landmarks": [
            {"Type": name, "X": float(x) / picture.width, "Y": float(y) / picture.height}
            for name, (x, y) in zip(_LANDMARKS, face.landmarks, strict=True)
        ],
        "Pose": {"Roll": quality.pose.roll, "Yaw": quality.pose.yaw, "Pitch": quality.pose.pitch},
        "Quality": {"Brightness": quality.brightness, "Sharpness": quality.sharpness},
        "Confidence": quality.confidence,
    }


def stored_face(face: StoredFace) -> Answer:
    """A Face."""
    entry = face.entry
    external = {"ExternalImageId": entry.external_image_id} if entry.external_image_id else {}
    return {
        "FaceId": face.face_id,
        "BoundingBox": bounding_box(entry.box),
        "ImageId": entry.image_id,
        **external,
        "Confidence": entry.confidence,
        "IndexFacesModelVersion": FACE_MODEL_VERSION,
        **({"UserId": face.user_id} if face.user_id is not None else {}),
    }
