from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from tests.contract.rekognition.conftest import Faces, group, jpeg


def index(client: Any, collection: str, data: bytes, **options: Any) -> Any:
    return client.index_faces(CollectionId=collection, Image={"Bytes": data}, **options)


def test_an_indexed_face_is_told_and_listed(client: Any, collection: str, faces: Faces) -> None:
    answer = index(client, collection, faces.portrait(2), ExternalImageId="namus:MP:1:2:abc")
    (record,) = answer["FaceRecords"]
    assert answer["UnindexedFaces"] == []
    assert record["Face"]["ExternalImageId"] == "namus:MP:1:2:abc"
    assert record["Face"]["BoundingBox"] == record["FaceDetail"]["BoundingBox"]
    assert {landmark["Type"] for landmark in record["FaceDetail"]["Landmarks"]} == {
        *("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")
    }
    assert client.list_faces(CollectionId=collection)["Faces"] == [record["Face"]]
    assert client.describe_collection(CollectionId=collection)["FaceCount"] == 1


def test_what_no_model_can_tell_is_left_out(client: Any, collection: str, faces: Faces) -> None:
    answer = index(client, collection, faces.portrait(2), DetectionAttributes=["ALL"])
    told = answer["FaceRecords"][0]["FaceDetail"].keys()
    assert told == {"BoundingBox", "Landmarks", "Pose", "Quality", "Confidence"}


def test_the_same_picture_and_external_id_is_kept_once(client: Any, collection: str, faces: Faces) -> None:
    first, again = (index(client, collection, faces.portrait(2), ExternalImageId="a:1") for _ in range(2))
    assert again["FaceRecords"][0]["Face"] == first["FaceRecords"][0]["Face"]
    assert client.describe_collection(CollectionId=collection)["FaceCount"] == 1


@pytest.mark.parametrize("other", ["another external id", "another picture"])
def test_what_makes_it_another_face(client: Any, collection: str, faces: Faces, other: str) -> None:
    first = index(client, collection, faces.portrait(2), ExternalImageId="a:1")
    data, external_id = (faces.portrait(2), "a:2") if other == "another external id" else (faces.portrait(3), "a:1")
    second = index(client, collection, data, ExternalImageId=external_id)
    assert first["FaceRecords"][0]["Face"]["FaceId"] != second["FaceRecords"][0]["Face"]["FaceId"]
    assert client.describe_collection(CollectionId=collection)["FaceCount"] == 2


def test_the_image_id_follows_from_the_bytes(client: Any, collection: str, faces: Faces) -> None:
    one, two, other = (
        index(client, collection, faces.portrait(person), ExternalImageId=external_id)["FaceRecords"][0]["Face"]
        for person, external_id in ((2, "a"), (2, "b"), (3, "a"))
    )
    assert one["ImageId"] == two["ImageId"] != other["ImageId"]


def test_the_largest_face_comes_first_and_the_rest_exceeds_max_faces(
    client: Any, collection: str, faces: Faces
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
    assert everyone["FaceRecords"][0]["Face"] == limited["FaceRecords"][0]["Face"]
    assert client.describe_collection(CollectionId=collection)["FaceCount"] == 3


def test_poor_faces_are_filtered_unless_none_is_asked_for(client: Any, collection: str, faces: Faces) -> None:
    blurred = jpeg(cv2.GaussianBlur(faces.pixels(2), (0, 0), 12).astype(np.uint8))
    dark = jpeg((faces.pixels(3) * 0.12).astype(np.uint8))
    for data, reason in ((blurred, "LOW_SHARPNESS"), (dark, "LOW_BRIGHTNESS")):
        answer = index(client, collection, data)
        assert answer["FaceRecords"] == []
        assert reason in answer["UnindexedFaces"][0]["Reasons"]
        assert len(index(client, collection, data, QualityFilter="NONE")["FaceRecords"]) == 1


def test_a_picture_without_a_face_is_no_error(client: Any, collection: str) -> None:
    answer = index(client, collection, jpeg(np.full((200, 300, 3), 128, np.uint8)))
    assert answer["FaceRecords"] == []
    assert answer["UnindexedFaces"] == []


def test_faces_are_listed_in_pages_and_by_id(client: Any, collection: str, faces: Faces) -> None:
    ids = [
        index(client, collection, faces.portrait(2), ExternalImageId=str(number))["FaceRecords"][0]["Face"]["FaceId"]
        for number in range(5)
    ]
    pages = list(client.get_paginator("list_faces").paginate(CollectionId=collection, PaginationConfig={"PageSize": 2}))
    assert [len(page["Faces"]) for page in pages] == [2, 2, 1]
    assert [face["FaceId"] for page in pages for face in page["Faces"]] == ids
    chosen = client.list_faces(CollectionId=collection, FaceIds=[ids[3], ids[1]])["Faces"]
    assert {face["FaceId"] for face in chosen} == {ids[1], ids[3]}


def test_deleted_faces_are_gone(client: Any, collection: str, faces: Faces) -> None:
    kept, deleted = (
        index(client, collection, faces.portrait(person))["FaceRecords"][0]["Face"]["FaceId"] for person in (2, 3)
    )
    unknown = "00000000-0000-0000-0000-000000000000"
    answer = client.delete_faces(CollectionId=collection, FaceIds=[deleted, unknown])
    assert answer["DeletedFaces"] == [deleted]
    assert answer["UnsuccessfulFaceDeletions"] == [{"FaceId": unknown, "Reasons": ["FACE_NOT_FOUND"]}]
    assert [face["FaceId"] for face in client.list_faces(CollectionId=collection)["Faces"]] == [kept]
    probe = {"CollectionId": collection, "Image": {"Bytes": faces.portrait(3)}}
    assert client.search_faces_by_image(**probe)["FaceMatches"] == []
    again = index(client, collection, faces.portrait(3))["FaceRecords"][0]["Face"]["FaceId"]
    assert again != deleted
    assert client.search_faces_by_image(**probe)["FaceMatches"][0]["Face"]["FaceId"] == again
