"""DetectFaces, IndexFaces, ListFaces, DeleteFaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from standins.rekognition import paging
from standins.rekognition.answers import Answer, face_detail, relative_box, stored_face
from standins.rekognition.attributes import check_attributes
from standins.rekognition.entries import Collection, FaceEntry
from standins.rekognition.faces import MAX_FACES, Face
from standins.rekognition.images import Picture
from standins.rekognition.quality import Quality, reasons_against
from standins.rekognition.service import Service

_PAGE = 1000


@dataclass(frozen=True)
class _Found:
    """A face of the picture, its place among all of them (largest first), and why it isn't indexed."""

    rank: int
    face: Face
    quality: Quality
    reasons: list[str]


def detect_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """DetectFaces, largest first; raises the errors of check_attributes and Service.picture."""
    check_attributes("DetectFaces", "Attributes", parameters)
    picture = service.picture(parameters["Image"])
    faces = service.reader.find(picture.pixels)
    return {"FaceDetails": [face_detail(face, picture, service.quality(picture, face)) for face in faces]}


def index_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """IndexFaces, largest first; raises ResourceNotFoundError, the errors of check_attributes and Service.picture."""
    check_attributes("IndexFaces", "DetectionAttributes", parameters)
    collection = service.store.collection(parameters["CollectionId"])
    picture = service.picture(parameters["Image"])
    found = _judged(service, picture, parameters.get("QualityFilter", "AUTO"), parameters.get("MaxFaces", MAX_FACES))
    external_id = parameters.get("ExternalImageId", "")
    return {
        "FaceRecords": _keep(service, collection, picture, external_id, [face for face in found if not face.reasons]),
        "FaceModelVersion": collection.model_version,
        "UnindexedFaces": [
            {"Reasons": face.reasons, "FaceDetail": face_detail(face.face, picture, face.quality)}
            for face in found
            if face.reasons
        ],
    }


def list_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """ListFaces, oldest first; raises ResourceNotFoundError and InvalidPaginationTokenError."""
    collection = service.store.collection(parameters["CollectionId"])
    user_id = parameters.get("UserId")
    if user_id is not None:
        service.users.get(collection, user_id)
    scope = f"faces of {collection.number}"
    after = paging.after(scope, parameters["NextToken"]) if "NextToken" in parameters else 0
    most = parameters.get("MaxResults") or _PAGE
    if "FaceIds" in parameters:
        named = service.store.faces_by_id(collection, parameters["FaceIds"])
        found = [face for face in named if face.number > after and user_id in (None, face.user_id)]
    else:
        found = service.store.faces_after(collection, after, most + 1, user_id)
    page = found[:most]
    more = {"NextToken": paging.token(scope, page[-1].number)} if len(found) > most else {}
    return {"Faces": [stored_face(face) for face in page], "FaceModelVersion": collection.model_version, **more}


def delete_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """DeleteFaces; unknown ids and users' faces are told, not an error; raises ResourceNotFoundError."""
    collection = service.store.collection(parameters["CollectionId"])
    asked = list(dict.fromkeys(parameters["FaceIds"]))
    gone, kept = service.store.delete_faces(collection, asked)
    deleted = {face.face_id for face in gone}
    reasons = {face.face_id: {"UserId": face.user_id, "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]} for face in kept}
    missing: Answer = {"Reasons": ["FACE_NOT_FOUND"]}
    return {
        "DeletedFaces": [face_id for face_id in asked if face_id in deleted],
        "UnsuccessfulFaceDeletions": [
            {"FaceId": face_id, **reasons.get(face_id, missing)} for face_id in asked if face_id not in deleted
        ],
    }


def _judged(service: Service, picture: Picture, quality_filter: str, most: int) -> list[_Found]:
    """All faces, largest first; poor ones leave first, then the smallest ones beyond `most`."""
    judged: list[_Found] = []
    good = 0
    for rank, face in enumerate(service.reader.find(picture.pixels)):
        quality = service.quality(picture, face)
        reasons = reasons_against(quality, quality_filter)
        if not reasons:
            good += 1
            reasons = ["EXCEEDS_MAX_FACES"] if good > most else []
        judged.append(_Found(rank, face, quality, reasons))
    return judged


def _keep(
    service: Service, collection: Collection, picture: Picture, external_id: str, found: list[_Found]
) -> list[Answer]:
    entries = [
        FaceEntry(
            image_id=picture.image_id,
            external_image_id=external_id,
            rank=item.rank,
            box=relative_box(item.face, picture),
            confidence=item.quality.confidence,
        )
        for item in found
    ]
    vectors = [service.vector(picture, item.face) for item in found]
    kept = service.store.add_faces(collection, list(zip(entries, vectors, strict=True)))
    return [
        {"Face": stored_face(face), "FaceDetail": face_detail(item.face, picture, item.quality)}
        for face, item in zip(kept, found, strict=True)
    ]
