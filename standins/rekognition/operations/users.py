"""CreateUser, DeleteUser, ListUsers, AssociateFaces, DisassociateFaces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from standins.rekognition import paging
from standins.rekognition.answers import Answer
from standins.rekognition.entries import Collection, StoredFace, User
from standins.rekognition.errors import ServiceQuotaExceededError
from standins.rekognition.idempotency import once
from standins.rekognition.service import Service
from standins.rekognition.similarity import similarity

MAX_FACES = 100
"""Faces of one user."""

_PAGE = 500
_THRESHOLD = 75.0


def create_user(service: Service, parameters: dict[str, Any]) -> Answer:
    """CreateUser; raises ResourceNotFoundError, ConflictError, IdempotentParameterMismatchError."""

    def act() -> Answer:
        service.users.create(service.store.collection(parameters["CollectionId"]), parameters["UserId"])
        return {}

    return once(service.store.database, "CreateUser", parameters, act)


def delete_user(service: Service, parameters: dict[str, Any]) -> Answer:
    """DeleteUser, the faces stay; raises ResourceNotFoundError, IdempotentParameterMismatchError."""

    def act() -> Answer:
        service.users.delete(service.store.collection(parameters["CollectionId"]), parameters["UserId"])
        return {}

    return once(service.store.database, "DeleteUser", parameters, act)


def list_users(service: Service, parameters: dict[str, Any]) -> Answer:
    """ListUsers, oldest first; raises ResourceNotFoundError and InvalidPaginationTokenError."""
    collection = service.store.collection(parameters["CollectionId"])
    scope = f"users of {collection.number}"
    after = paging.after(scope, parameters["NextToken"]) if "NextToken" in parameters else 0
    most = parameters.get("MaxResults", _PAGE)
    found = service.users.after(collection, after, most + 1)
    page = found[:most]
    more = {"NextToken": paging.token(scope, page[-1].number)} if len(found) > most else {}
    return {"Users": [{"UserId": user.user_id, "UserStatus": user.status} for user in page], **more}


def associate_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """AssociateFaces; raises ResourceNotFoundError, ServiceQuotaExceededError, IdempotentParameterMismatchError."""
    return once(service.store.database, "AssociateFaces", parameters, lambda: _associate(service, parameters))


def disassociate_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """DisassociateFaces; raises ResourceNotFoundError, IdempotentParameterMismatchError."""
    return once(service.store.database, "DisassociateFaces", parameters, lambda: _disassociate(service, parameters))


def _associate(service: Service, parameters: dict[str, Any]) -> Answer:
    collection, user, asked, known = _asked(service, parameters)
    if user.faces >= MAX_FACES:
        raise ServiceQuotaExceededError(f"A user has at most {MAX_FACES} faces")
    threshold = parameters.get("UserMatchThreshold", _THRESHOLD)
    added: list[StoredFace] = []
    failed: list[Answer] = []
    for face_id in asked:
        face = known.get(face_id)
        if face is not None and face.user_id == user.user_id:
            continue
        problem = _against(service, collection, user, face, threshold, room=MAX_FACES - user.faces - len(added))
        if face is None or problem is not None:
            failed.append({"FaceId": face_id, **(problem or {})})
        else:
            added.append(face)
    service.users.associate(collection, user, [face.number for face in added])
    return {
        "AssociatedFaces": [{"FaceId": face.face_id} for face in added],
        "UnsuccessfulFaceAssociations": failed,
        "UserStatus": service.users.get(collection, user.user_id).status,
    }


def _against(
    service: Service, collection: Collection, user: User, face: StoredFace | None, threshold: float, room: int
) -> Answer | None:
    """Why a face can't become the user's, None when it can. The first faces of a user have nothing to be like."""
    if face is None:
        return {"Reasons": ["FACE_NOT_FOUND"]}
    if face.user_id is not None:
        return {"UserId": face.user_id, "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]}
    vector = service.users.vector(collection, user)
    if vector is not None:
        cosine = float(vector @ service.store.gallery(collection).vector(face.number))
        alike = float(similarity(np.array([cosine]))[0])
        if alike < threshold:
            return {"UserId": user.user_id, "Confidence": alike, "Reasons": ["LOW_MATCH_CONFIDENCE"]}
    return {"UserId": user.user_id} if room < 1 else None  # the API has no reason for a user who is full


def _disassociate(service: Service, parameters: dict[str, Any]) -> Answer:
    collection, user, asked, known = _asked(service, parameters)
    taken: list[StoredFace] = []
    failed: list[Answer] = []
    for face_id in asked:
        face = known.get(face_id)
        if face is None:
            failed.append({"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]})
        elif face.user_id == user.user_id:
            taken.append(face)
        elif face.user_id is not None:
            reasons = ["ASSOCIATED_TO_A_DIFFERENT_USER"]
            failed.append({"FaceId": face_id, "UserId": face.user_id, "Reasons": reasons})
    service.users.disassociate(collection, user, [face.number for face in taken])
    return {
        "DisassociatedFaces": [{"FaceId": face.face_id} for face in taken],
        "UnsuccessfulFaceDisassociations": failed,
        "UserStatus": service.users.get(collection, user.user_id).status,
    }


def _asked(
    service: Service, parameters: dict[str, Any]
) -> tuple[Collection, User, Sequence[str], dict[str, StoredFace]]:
    """Collection and user, the ids asked for, each once, and those faces that are there."""
    collection = service.store.collection(parameters["CollectionId"])
    user = service.users.get(collection, parameters["UserId"])
    asked = list(dict.fromkeys(parameters["FaceIds"]))
    return collection, user, asked, {face.face_id: face for face in service.store.faces_by_id(collection, asked)}
