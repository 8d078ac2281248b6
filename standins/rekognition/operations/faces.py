"""DetectFaces, IndexFaces, ListFaces, DeleteFaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from standins.rekognition import paging
from standins.rekognition.answers import Answer, face_detail, relative_box, stored_face
from standins.rekognition.errors import NotImplementedOperationError
from standins.rekognition.faces import MAX_FACES, Face
from standins.rekognition.images import Picture
from standins.rekognition.quality import Quality, reasons_against
from standins.rekognition.service import Service
from standins.rekognition.store import Collection, FaceEntry

_PAGE = 1000


@dataclass(frozen=True)
class _Found:
    """A face of the picture, its place among all of them (largest first), and why it isn't indexed."""

    rank: int
    face: Face
    quality: Quality
    reasons: list[str]


def detect_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """DetectFaces, largest first; raises the errors of Service.picture."""
    picture = service.picture(parameters["Image"])
    faces = service.reader.find(picture.pixels)
    return {"FaceDetails": [face_detail(face, picture, service.quality(picture, face)) for face in faces]}


def index_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """IndexFaces, largest first; raises ResourceNotFoundError and the errors of Service.picture."""
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
    if "UserId" in parameters:
        raise NotImplementedOperationError(
            "ListFaces: the parameter UserId is not implemented; this service has no users"
        )
    collection = service.store.collection(parameters["CollectionId"])
    scope = f"faces of {collection.number}"
    after = paging.after(scope, parameters["NextToken"]) if "NextToken" in parameters else 0
    most = parameters.get("MaxResults") or _PAGE
    if "FaceIds" in parameters:
        found = [face for face in service.store.faces_by_id(collection, parameters["FaceIds"]) if face.number > after]
    else:
        found = service.store.faces_after(collection, after, most + 1)
    page = found[:most]
    more = {"NextToken": paging.token(scope, page[-1].number)} if len(found) > most else {}
    return {"Faces": [stored_face(face) for face in page], "FaceModelVersion": collection.model_version, **more}


def delete_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """DeleteFaces; unknown ids are told, not an error; raises ResourceNotFoundError."""
    collection = service.store.collection(parameters["CollectionId"])
    asked = list(dict.fromkeys(parameters["FaceIds"]))
    deleted = set(service.store.delete_faces(collection, asked))
    missing = [{"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]} for face_id in asked if face_id not in deleted]
    return {"DeletedFaces": [id_ for id_ in asked if id_ in deleted], "UnsuccessfulFaceDeletions": missing}


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
    vectors = [service.reader.embed(service.reader.aligned(picture.pixels, item.face)) for item in found]
    kept = service.store.add_faces(collection, list(zip(entries, vectors, strict=True)))
    return [
        {"Face": stored_face(face), "FaceDetail": face_detail(item.face, picture, item.quality)}
        for face, item in zip(kept, found, strict=True)
    ]
