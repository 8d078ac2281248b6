from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from tests.contract.rekognition.conftest import Faces, group, jpeg

REASONS = {
    *("EXCEEDS_MAX_FACES", "EXTREME_POSE", "LOW_BRIGHTNESS", "LOW_SHARPNESS"),
    *("LOW_CONFIDENCE", "SMALL_BOUNDING_BOX", "LOW_FACE_QUALITY"),
}


def index(client: Any, collection: str, data: bytes, **options: Any) -> Any:
    return client.index_faces(CollectionId=collection, Image={"Bytes": data}, **options)


def face_of(answer: Any) -> Any:
    (record,) = answer["FaceRecords"]
    return record["Face"]


def listed(client: Any, collection: str) -> set[str]:
    pages = client.get_paginator("list_faces").paginate(CollectionId=collection)
    return {face["FaceId"] for page in pages for face in page["Faces"]}


def test_an_indexed_face_is_told_and_listed(
    client: Any, collection: str, faces: Faces, eventually: Callable[..., None]
) -> None:
    answer = index(client, collection, faces.portrait(2), ExternalImageId="namus:MP:1:2:abc")
    (record,) = answer["FaceRecords"]
    assert answer["UnindexedFaces"] == []
    assert record["Face"]["ExternalImageId"] == "namus:MP:1:2:abc"
    assert record["Face"]["BoundingBox"] == pytest.approx(record["FaceDetail"]["BoundingBox"], abs=1e-3)
    assert {landmark["Type"] for landmark in record["FaceDetail"]["Landmarks"]} == {
        *("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")
    }
    eventually(lambda: listed(client, collection), {record["Face"]["FaceId"]})
    (kept,) = client.list_faces(CollectionId=collection)["Faces"]
    for name in ("ImageId", "ExternalImageId"):
        assert kept[name] == record["Face"][name]
    # AWS rounds what it lists.
    assert kept["BoundingBox"] == pytest.approx(record["Face"]["BoundingBox"], abs=1e-3)
    assert kept["Confidence"] == pytest.approx(record["Face"]["Confidence"], abs=0.01)
    eventually(lambda: client.describe_collection(CollectionId=collection)["FaceCount"], 1)


def test_the_same_picture_and_external_id_is_kept_once(
    client: Any, collection: str, faces: Faces, eventually: Callable[..., None]
) -> None:
    first, again = (
        face_of(index(client, collection, faces.portrait(2), ExternalImageId="a:1"))["FaceId"] for _ in range(2)
    )
    assert first == again
    eventually(lambda: client.describe_collection(CollectionId=collection)["FaceCount"], 1)


@pytest.mark.parametrize("other", ["another external id", "another picture"])
def test_what_makes_it_another_face(
    client: Any, collection: str, faces: Faces, eventually: Callable[..., None], other: str
) -> None:
    first = face_of(index(client, collection, faces.portrait(2), ExternalImageId="a:1"))["FaceId"]
    data, external_id = (faces.portrait(2), "a:2") if other == "another external id" else (faces.portrait(3), "a:1")
    second = face_of(index(client, collection, data, ExternalImageId=external_id))["FaceId"]
    assert first != second
    eventually(lambda: client.describe_collection(CollectionId=collection)["FaceCount"], 2)


def test_the_largest_face_comes_first_and_the_rest_exceeds_max_faces(
    client: Any, collection: str, faces: Faces, eventually: Callable[..., None]
) -> None:
    picture = group(faces.pixels(3, side=240), faces.pixels(2, side=420), faces.pixels(4, side=160))
    limited = index(client, collection, jpeg(picture), MaxFaces=1)
    assert len(limited["FaceRecords"]) == 1
    assert [face["Reasons"] for face in limited["UnindexedFaces"]] == [["EXCEEDS_MAX_FACES"]] * 2
    everyone = index(client, collection, jpeg(picture))
    widths = [record["Face"]["BoundingBox"]["Width"] for record in everyone["FaceRecords"]]
    assert widths == sorted(widths, reverse=True)
    assert len(widths) == 3
    # The largest one was there already and keeps its id.
    assert everyone["FaceRecords"][0]["Face"]["FaceId"] == limited["FaceRecords"][0]["Face"]["FaceId"]
    eventually(lambda: client.describe_collection(CollectionId=collection)["FaceCount"], 3)


def test_a_face_blurred_beyond_use_is_not_indexed(client: Any, collection: str, faces: Faces) -> None:
    blurred = jpeg(cv2.GaussianBlur(faces.pixels(2), (0, 0), 16).astype(np.uint8))
    answer = index(client, collection, blurred, QualityFilter="HIGH")
    assert answer["FaceRecords"] == []
    for face in answer["UnindexedFaces"]:
        assert set(face["Reasons"]) <= REASONS - {"EXCEEDS_MAX_FACES"}
        assert face["Reasons"]


def test_a_picture_without_a_face_is_no_error(client: Any, collection: str) -> None:
    answer = index(client, collection, jpeg(np.full((200, 300, 3), 128, np.uint8)))
    assert answer["FaceRecords"] == []
    assert answer["UnindexedFaces"] == []


def test_faces_are_listed_in_pages_and_by_id(
    client: Any, collection: str, faces: Faces, eventually: Callable[..., None]
) -> None:
    ids = [
        face_of(index(client, collection, faces.portrait(2), ExternalImageId=str(number)))["FaceId"]
        for number in range(5)
    ]
    eventually(lambda: listed(client, collection), set(ids))
    pages = list(client.get_paginator("list_faces").paginate(CollectionId=collection, PaginationConfig={"PageSize": 2}))
    assert all(len(page["Faces"]) <= 2 for page in pages)
    assert sorted(face["FaceId"] for page in pages for face in page["Faces"]) == sorted(ids)
    chosen = client.list_faces(CollectionId=collection, FaceIds=[ids[3], ids[1]])["Faces"]
    assert {face["FaceId"] for face in chosen} == {ids[1], ids[3]}


def test_deleted_faces_are_gone(client: Any, collection: str, faces: Faces, eventually: Callable[..., None]) -> None:
    kept, deleted = (face_of(index(client, collection, faces.portrait(person)))["FaceId"] for person in (2, 3))
    unknown = "00000000-0000-0000-0000-000000000000"
    eventually(lambda: listed(client, collection), {kept, deleted})
    answer = client.delete_faces(CollectionId=collection, FaceIds=[deleted, unknown])
    assert answer["DeletedFaces"] == [deleted]
    assert answer["UnsuccessfulFaceDeletions"] == [{"FaceId": unknown, "Reasons": ["FACE_NOT_FOUND"]}]
    eventually(lambda: listed(client, collection), {kept})

    def found() -> list[str]:
        answer = client.search_faces_by_image(CollectionId=collection, Image={"Bytes": faces.portrait(3)})
        return [match["Face"]["FaceId"] for match in answer["FaceMatches"]]

    eventually(found, [])
    again = face_of(index(client, collection, faces.portrait(3)))["FaceId"]
    assert again != deleted
    eventually(found, [again])
