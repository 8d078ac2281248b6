"""SearchFaces and SearchFacesByImage."""

from __future__ import annotations

from typing import Any

from standins.rekognition.answers import Answer, bounding_box, relative_box
from standins.rekognition.entries import Collection
from standins.rekognition.errors import NoFaceError
from standins.rekognition.faces import Vector
from standins.rekognition.service import Service
from standins.rekognition.similarity import similarity

_THRESHOLD = 80.0
_MOST = 5  # AWS doesn't document its default


def search_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """SearchFaces; raises ResourceNotFoundError, InvalidParameterError (no such face)."""
    collection = service.store.collection(parameters["CollectionId"])
    vector = service.store.vector(collection, parameters["FaceId"])
    return {
        "SearchedFaceId": parameters["FaceId"],
        "FaceMatches": _matches(service, collection, vector, parameters, without=parameters["FaceId"]),
        "FaceModelVersion": collection.model_version,
    }


def search_faces_by_image(service: Service, parameters: dict[str, Any]) -> Answer:
    """SearchFacesByImage; raises ResourceNotFoundError, NoFaceError and the errors of Service.picture."""
    collection = service.store.collection(parameters["CollectionId"])
    picture = service.picture(parameters["Image"])
    face = service.largest(picture, parameters.get("QualityFilter", "NONE"))
    if face is None:
        raise NoFaceError
    vector = service.vector(picture, face)
    return {
        "SearchedFaceBoundingBox": bounding_box(relative_box(face, picture)),
        "SearchedFaceConfidence": 100 * face.score,
        "FaceMatches": _matches(service, collection, vector, parameters),
        "FaceModelVersion": collection.model_version,
    }


def _matches(
    service: Service, collection: Collection, probe: Vector, parameters: dict[str, Any], without: str | None = None
) -> list[Answer]:
    """FaceMatches, most similar first; the face `without` is left out."""
    most = parameters.get("MaxFaces", _MOST)
    threshold = parameters.get("FaceMatchThreshold", _THRESHOLD)
    near = service.store.gallery(collection).nearest(probe, most + (without is not None))
    likeness = similarity(near.cosines)
    numbers = near.numbers[likeness >= threshold].tolist()
    ready = service.store.ready_faces(collection, numbers)
    # A face that was deleted since the vectors were compared isn't in `ready`; a collection that was deleted must not
    # look like one without a match.
    service.store.gallery(collection)
    self_number = _number(service, collection, without)
    matches = [
        {"Similarity": alike, "Face": ready[number]}
        for number, alike in zip(numbers, likeness.tolist(), strict=False)
        if number in ready and number != self_number
    ]
    return matches[:most]


def _number(service: Service, collection: Collection, face_id: str | None) -> int | None:
    found = service.store.faces_by_id(collection, [face_id]) if face_id else []
    return found[0].number if found else None
