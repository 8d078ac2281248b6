"""What our models say of faces, and the order in which faces are kept."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from standins.rekognition.models import FACE_MODEL_VERSION
from tests.contract.face_service.conftest import Faces, jpeg


def index(client: Any, collection: str, data: bytes, **options: Any) -> Any:
    return client.index_faces(CollectionId=collection, Image={"Bytes": data}, **options)


def test_the_version_of_the_vectors_is_that_of_the_model(client: Any, collection: str) -> None:
    assert client.describe_collection(CollectionId=collection)["FaceModelVersion"] == FACE_MODEL_VERSION


def test_a_face_is_listed_as_it_was_told(client: Any, collection: str, faces: Faces) -> None:
    (record,) = index(client, collection, faces.portrait(2), ExternalImageId="a:1")["FaceRecords"]
    (again,) = index(client, collection, faces.portrait(2), ExternalImageId="a:1")["FaceRecords"]
    assert client.list_faces(CollectionId=collection)["Faces"] == [record["Face"]]
    assert again["Face"] == record["Face"]


def test_the_image_id_follows_from_the_bytes(client: Any, collection: str, faces: Faces) -> None:
    one, two, other = (
        index(client, collection, faces.portrait(person), ExternalImageId=external_id)["FaceRecords"][0]["Face"]
        for person, external_id in ((2, "a"), (2, "b"), (3, "a"))
    )
    assert one["ImageId"] == two["ImageId"] != other["ImageId"]


def test_faces_are_listed_in_the_order_of_indexing(client: Any, collection: str, faces: Faces) -> None:
    ids = [
        index(client, collection, faces.portrait(2), ExternalImageId=str(number))["FaceRecords"][0]["Face"]["FaceId"]
        for number in range(5)
    ]
    pages = list(client.get_paginator("list_faces").paginate(CollectionId=collection, PaginationConfig={"PageSize": 2}))
    assert [len(page["Faces"]) for page in pages] == [2, 2, 1]
    assert [face["FaceId"] for page in pages for face in page["Faces"]] == ids


def test_poor_faces_are_filtered_unless_none_is_asked_for(client: Any, collection: str, faces: Faces) -> None:
    blurred = jpeg(cv2.GaussianBlur(faces.pixels(2), (0, 0), 12).astype(np.uint8))
    dark = jpeg((faces.pixels(3) * 0.1).astype(np.uint8))
    for data, reason in ((blurred, "LOW_SHARPNESS"), (dark, "LOW_BRIGHTNESS")):
        answer = index(client, collection, data)
        assert answer["FaceRecords"] == []
        assert reason in answer["UnindexedFaces"][0]["Reasons"]
        assert len(index(client, collection, data, QualityFilter="NONE")["FaceRecords"]) == 1
