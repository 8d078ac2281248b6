"""FaceCollection and FaceDetector on Amazon Rekognition. Which collection is live is one SSM parameter.

What a picture is worth is told by error codes and by its bytes, never by the text of an error.

A search gives no brightness or sharpness of the probe face, and DetectFaces costs as much as a search: it is asked only
when somebody matched, because only then does the quality decide anything. The same holds for the width in pixels, for
which the picture's header is read. Faces of any quality are searched for (QualityFilter NONE): missing people are rare
and the policy sends a poor face to a person instead of dropping it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters.aws import AWS_ERRORS, AwsError, aws_errors, client, error_code, translated
from homeward.adapters.parameters import parameter
from homeward.domain.admission import MIN_SIDE, Refusal
from homeward.domain.cases import PhotoKey
from homeward.domain.detections import FaceMatch, Picture, ProbeFace
from homeward.domain.errors import ServiceRefusedError
from homeward.domain.frames import MAX_FACES, FaceBox
from homeward.domain.pictures import pixel_size
from homeward.domain.ports import FoundFaces, IndexResult, SearchResult
from homeward.domain.reconciliation import ListedFace
from homeward.domain.runbooks import Runbook

_HEADER_BYTES = 256 * 1024  # of a picture: its size stands before the pixels, behind at most some metadata
_UNUSABLE = {
    "InvalidImageFormatException": Refusal.NOT_AN_IMAGE.value,
    "ImageTooLargeException": Refusal.TOO_LARGE.value,
}
PATIENT = 10  # tries, over some two minutes, for who can wait: limits of 5 calls a second are shared with others
_LISTED = 4096  # faces of one ListFaces
_OTHER_FACE = ["EXCEEDS_MAX_FACES"]  # the one reason of a second face that is otherwise usable


@dataclass(frozen=True, slots=True)
class RekognitionCollection:
    """The collection that the SSM parameter `parameter_name` names (a switch is seen within a minute), or `other`.

    A call is tried `attempts` times, with pauses that grow; only throttling and faults that may pass are tried again.
    """

    parameter_name: str
    other: str = ""
    attempts: int = 3

    @property
    def collection(self) -> str:
        """Its id."""
        return self.other or parameter(self.parameter_name)

    def search(self, picture: Picture, threshold: float, max_faces: int) -> SearchResult:
        """See the port. `unusable` is NOT_AN_IMAGE, TOO_LARGE or TOO_SMALL."""
        collection = self.collection
        try:
            answer = client("rekognition", self.attempts).search_faces_by_image(
                CollectionId=collection,
                Image=_image(picture),
                FaceMatchThreshold=threshold,
                MaxFaces=max_faces,
                QualityFilter="NONE",
            )
        except AWS_ERRORS as error:
            _check_exists(collection, error)
            return replace(_nothing_to_search(picture, error, self.attempts), collection=collection)
        matches = tuple(_match(found) for found in answer["FaceMatches"])
        box, confidence = answer["SearchedFaceBoundingBox"], float(answer["SearchedFaceConfidence"])
        where: Any = {"collection": collection, "face_model_version": str(answer["FaceModelVersion"])}
        if not matches:
            return SearchResult(ProbeFace(confidence, None, None, None), matches, **where)
        return SearchResult(_measured(picture, box, confidence, self.attempts), matches, **where)

    def index(self, photo: PhotoKey, bucket: str, object_key: str) -> IndexResult:
        """See the port. A photo with two usable faces doesn't say whose they are, so neither stays."""
        image = {"S3Object": {"Bucket": bucket, "Name": object_key}}
        indexed, result = index_image(self.collection, image, photo.external_image_id, self.attempts)
        if indexed and not result.face_id:
            self.delete(indexed)
        return result

    def delete(self, face_ids: Sequence[str]) -> None:
        """See the port. At most 4,096 faces; one that Rekognition keeps for another reason is a ServiceRefusedError."""
        with _collection_errors(self.collection) as collection:
            answer = client("rekognition", self.attempts).delete_faces(CollectionId=collection, FaceIds=list(face_ids))
        kept = [one for one in answer.get("UnsuccessfulFaceDeletions", []) if one["Reasons"] != ["FACE_NOT_FOUND"]]
        if kept:
            raise ServiceRefusedError(f"Rekognition kept {len(kept)} of {len(face_ids)} faces, first {kept[0]}")

    def listed(self) -> Iterator[ListedFace]:
        """See the port."""
        with _collection_errors(self.collection) as collection:
            for page in (
                client("rekognition", self.attempts)
                .get_paginator("list_faces")
                .paginate(CollectionId=collection, PaginationConfig={"PageSize": _LISTED})
            ):
                for face in page["Faces"]:
                    yield ListedFace(str(face["FaceId"]), str(face.get("ExternalImageId", "")))

    def present(self, face_ids: Sequence[str]) -> set[str]:
        """See the port."""
        with _collection_errors(self.collection) as collection:
            answer = client("rekognition", self.attempts).list_faces(
                CollectionId=collection, FaceIds=list(face_ids), MaxResults=_LISTED
            )
        return {str(face["FaceId"]) for face in answer["Faces"]}


def index_image(
    collection: str, image: Mapping[str, Any], name: str, attempts: int = 3
) -> tuple[list[str], IndexResult]:
    """Index the one face of an image; the faces that are in the collection now, and what to make of that."""
    try:
        answer = client("rekognition", attempts).index_faces(
            CollectionId=collection, Image=image, ExternalImageId=name, MaxFaces=1, QualityFilter="AUTO"
        )
    except AWS_ERRORS as error:
        _check_exists(collection, error)
        code = error_code(error) if isinstance(error, ClientError) else ""
        if code in _UNUSABLE:
            return [], IndexResult(None, _UNUSABLE[code])
        raise translated(error) from error
    indexed = [str(record["Face"]["FaceId"]) for record in answer["FaceRecords"]]
    rest = answer.get("UnindexedFaces", [])
    if indexed and any(face["Reasons"] == _OTHER_FACE for face in rest):
        return indexed, IndexResult(None, Refusal.MANY_FACES.value)
    return indexed, IndexResult(indexed[0], None) if indexed else IndexResult(None, _why_not(rest))


@contextmanager
def _collection_errors(collection: str) -> Iterator[str]:
    try:
        yield collection
    except AWS_ERRORS as error:
        _check_exists(collection, error)
        raise translated(error) from error


def _check_exists(collection: str, error: AwsError) -> None:
    """Say what to do where the error means that the collection is lost."""
    if isinstance(error, ClientError) and error_code(error) == "ResourceNotFoundException":
        raise ServiceRefusedError(
            f"there is no face collection {collection}: rebuild it, see {Runbook.REBUILD_COLLECTION.path}"
        ) from error


class RekognitionDetector:
    """FaceDetector; needs no collection."""

    def detect(self, picture: Picture) -> FoundFaces:
        """See the port. Rekognition gives boxes of the upright picture."""
        try:
            found = client("rekognition").detect_faces(Image=_image(picture), Attributes=["DEFAULT"])["FaceDetails"]
        except AWS_ERRORS as error:
            if reason := _why_unusable(picture, error):
                return FoundFaces((), reason)
            raise translated(error) from error
        return FoundFaces(tuple(_box(face["BoundingBox"]) for face in found[:MAX_FACES]))


def _box(box: Mapping[str, float]) -> FaceBox:
    return FaceBox(float(box["Left"]), float(box["Top"]), float(box["Width"]), float(box["Height"]))


def _image(picture: Picture) -> dict[str, Any]:
    version = {"Version": picture.version} if picture.version else {}
    return {"S3Object": {"Bucket": picture.bucket, "Name": picture.key, **version}}


def _match(found: Mapping[str, Any]) -> FaceMatch:
    face = found["Face"]
    return FaceMatch(str(face.get("ExternalImageId", "")), str(face["FaceId"]), float(found["Similarity"]))


def _nothing_to_search(picture: Picture, error: AwsError, attempts: int) -> SearchResult:
    """What a refused search means. InvalidParameterException stands for a faceless picture, and for other things."""
    if reason := _why_unusable(picture, error):
        return SearchResult(None, (), reason)
    if not _is_invalid(error) or _detect(picture, attempts):
        raise translated(error) from error  # a face, and yet invalid: the fault is in the request
    return SearchResult(None, ())


def _is_invalid(error: AwsError) -> bool:
    return isinstance(error, ClientError) and error_code(error) == "InvalidParameterException"


def _why_unusable(picture: Picture, error: AwsError) -> str | None:
    """The reason why Rekognition can't use a picture, or None when the error says something else."""
    code = error_code(error) if isinstance(error, ClientError) else ""
    if code in _UNUSABLE:
        return _UNUSABLE[code]
    size = _size(picture) if _is_invalid(error) else None
    return Refusal.TOO_SMALL.value if size and min(size) < MIN_SIDE else None


def _measured(picture: Picture, box: Mapping[str, float], confidence: float, attempts: int) -> ProbeFace:
    faces = _detect(picture, attempts)
    if not faces:
        return ProbeFace(confidence, None, None, None)
    face = min(faces, key=lambda found: _distance(found["BoundingBox"], box))
    quality, size = face.get("Quality", {}), _size(picture)
    width = round(box["Width"] * size[0]) if size else None
    return ProbeFace(confidence, quality.get("Brightness"), quality.get("Sharpness"), width)


def _detect(picture: Picture, attempts: int) -> list[dict[str, Any]]:
    with aws_errors():
        answer = client("rekognition", attempts).detect_faces(Image=_image(picture), Attributes=["DEFAULT"])
        return list(answer["FaceDetails"])


def _distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(abs(one[name] - other[name]) for name in ("Left", "Top", "Width", "Height"))


def _size(picture: Picture) -> tuple[int, int] | None:
    """Pixel size from the picture's header. Camera crops carry no rotation mark, so width is width."""
    which = {"VersionId": picture.version} if picture.version else {}
    with aws_errors():
        answer = client("s3").get_object(
            Bucket=picture.bucket, Key=picture.key, Range=f"bytes=0-{_HEADER_BYTES - 1}", **which
        )
        return pixel_size(answer["Body"].read())


def _why_not(rest: list[dict[str, Any]]) -> str:
    """Rekognition's first reason for the largest face that it left out, or that it saw none."""
    if not rest:
        return Refusal.NO_FACE.value
    largest = max(rest, key=lambda face: _area(face.get("FaceDetail", {}).get("BoundingBox", {})))
    return str(min(largest["Reasons"], default=Refusal.NO_FACE.value))


def _area(box: Mapping[str, float]) -> float:
    return box.get("Width", 0.0) * box.get("Height", 0.0)
