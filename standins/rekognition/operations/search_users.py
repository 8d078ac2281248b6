"""SearchUsers and SearchUsersByImage."""

from __future__ import annotations

from typing import Any

import numpy as np

from standins.rekognition.answers import Answer, face_detail
from standins.rekognition.entries import Collection, User
from standins.rekognition.errors import InvalidParameterError, ResourceNotFoundError
from standins.rekognition.faces import Vector
from standins.rekognition.quality import reasons_against
from standins.rekognition.service import Service
from standins.rekognition.similarity import similarity

_THRESHOLD = 80.0
_MOST = 5  # AWS doesn't document its default


def search_users(service: Service, parameters: dict[str, Any]) -> Answer:
    """SearchUsers; raises ResourceNotFoundError (no such collection) and InvalidParameterError (no such face or user,
    not just one probe)."""
    if ("FaceId" in parameters) == ("UserId" in parameters):
        raise InvalidParameterError("Request has invalid parameters: give either FaceId or UserId")
    collection = service.store.collection(parameters["CollectionId"])
    if "FaceId" in parameters:
        vector: Vector | None = service.store.vector(collection, parameters["FaceId"])
        searched: Answer = {"SearchedFace": {"FaceId": parameters["FaceId"]}}
    else:
        vector = service.users.vector(collection, _user(service, collection, parameters["UserId"]))
        searched = {"SearchedUser": {"UserId": parameters["UserId"]}}
    matches = _matches(service, collection, vector, parameters, without=parameters.get("UserId"))
    return {"UserMatches": matches, "FaceModelVersion": collection.model_version, **searched}


def search_users_by_image(service: Service, parameters: dict[str, Any]) -> Answer:
    """SearchUsersByImage, by the largest face; raises ResourceNotFoundError and the errors of Service.picture."""
    collection = service.store.collection(parameters["CollectionId"])
    picture = service.picture(parameters["Image"])
    searched: Answer = {}
    others: list[Answer] = []
    vector: Vector | None = None
    for face in service.reader.find(picture.pixels):
        quality = service.quality(picture, face)
        detail = face_detail(face, picture, quality)
        reasons = reasons_against(quality, parameters.get("QualityFilter", "NONE"))
        if not reasons and vector is None:
            vector, searched = service.vector(picture, face), {"SearchedFace": {"FaceDetail": detail}}
        else:
            others.append({"FaceDetails": detail, "Reasons": reasons or ["FACE_NOT_LARGEST"]})
    return {
        "UserMatches": _matches(service, collection, vector, parameters),
        "FaceModelVersion": collection.model_version,
        "UnsearchedFaces": others,
        **searched,
    }


def _user(service: Service, collection: Collection, user_id: str) -> User:
    """AWS answers a search by an unknown user as one by an unknown face, and not as its other operations."""
    try:
        return service.users.get(collection, user_id)
    except ResourceNotFoundError as error:
        service.store.gallery(collection)
        raise InvalidParameterError(f"Request has invalid parameters: {error.message}") from error


def _matches(
    service: Service,
    collection: Collection,
    probe: Vector | None,
    parameters: dict[str, Any],
    without: str | None = None,
) -> list[Answer]:
    """UserMatches, most similar first; the user `without` is left out. Nothing is like no probe."""
    if probe is None:
        return []
    most = parameters.get("MaxUsers", _MOST)
    threshold = parameters.get("UserMatchThreshold", _THRESHOLD)
    near = service.users.nearest(collection, probe, most + (without is not None))
    service.store.gallery(collection)  # a collection deleted meanwhile must not look like one without a match
    likeness = similarity(np.array([cosine for _, cosine in near], np.float64))
    matches = [
        {"Similarity": float(alike), "User": {"UserId": user.user_id, "UserStatus": user.status}}
        for (user, _), alike in zip(near, likeness, strict=True)
        if alike >= threshold and user.user_id != without
    ]
    return matches[:most]
