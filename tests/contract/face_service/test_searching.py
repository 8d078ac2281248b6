"""The numbers that our models give in searches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.contract.face_service.conftest import Faces, jpeg


@pytest.fixture
def enrolled(client: Any, collection: str, faces: Faces) -> str:
    """The id of person 13's face in `collection`."""
    answer = client.index_faces(CollectionId=collection, Image={"Bytes": faces.portrait(13)})
    return str(answer["FaceRecords"][0]["Face"]["FaceId"])


def search(client: Any, collection: str, data: bytes, **options: Any) -> Any:
    return client.search_faces_by_image(CollectionId=collection, Image={"Bytes": data}, **options)


def test_the_same_picture_is_a_hundred(client: Any, collection: str, faces: Faces, enrolled: str) -> None:
    (match,) = search(client, collection, faces.portrait(13))["FaceMatches"]
    assert match["Face"]["FaceId"] == enrolled
    assert match["Similarity"] == pytest.approx(100, abs=0.01)


def test_another_photo_is_over_ninety_nine(client: Any, collection: str, faces: Faces, enrolled: str) -> None:
    (match,) = search(client, collection, jpeg(faces.pixels(13, variant=1, side=300)))["FaceMatches"]
    assert match["Face"]["FaceId"] == enrolled
    assert match["Similarity"] > 99


def test_a_quality_filter_can_leave_no_face_to_search_with(client: Any, collection: str, faces: Faces) -> None:
    dark = jpeg((faces.pixels(13) * 0.1).astype(np.uint8))
    assert search(client, collection, dark)["FaceMatches"] == []
    with pytest.raises(client.exceptions.InvalidParameterException, match="no faces"):
        search(client, collection, dark, QualityFilter="AUTO")
