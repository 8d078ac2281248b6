from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from tests.contract.rekognition.conftest import Faces, group, jpeg

PEOPLE = (0, 4, 13, 15)


@pytest.fixture(scope="module")
def collection(client: Any, new_name: Callable[[], str]) -> str:
    """One collection for all searches: they change nothing."""
    name = new_name()
    client.create_collection(CollectionId=name)
    return name


@pytest.fixture(scope="module")
def enrolled(client: Any, collection: str, faces: Faces, eventually: Callable[..., None]) -> dict[int, str]:
    """Person -> face id of the first photo, in `collection`."""
    ids = {
        person: client.index_faces(
            CollectionId=collection, Image={"Bytes": faces.portrait(person)}, ExternalImageId=f"person:{person}"
        )["FaceRecords"][0]["Face"]["FaceId"]
        for person in PEOPLE
    }
    probe = {"CollectionId": collection, "FaceId": ids[PEOPLE[0]], "FaceMatchThreshold": 0}
    eventually(lambda: len(client.search_faces(**probe)["FaceMatches"]), len(PEOPLE) - 1)
    return ids


def search(client: Any, collection: str, data: bytes, **options: Any) -> Any:
    return client.search_faces_by_image(CollectionId=collection, Image={"Bytes": data}, **options)


@pytest.mark.parametrize("person", PEOPLE)
def test_another_photo_finds_the_right_person_only(
    client: Any, collection: str, faces: Faces, enrolled: dict[int, str], person: int
) -> None:
    # With the default threshold of 80.
    answer = search(client, collection, jpeg(faces.pixels(person, variant=1, side=300)))
    assert [match["Face"]["FaceId"] for match in answer["FaceMatches"]] == [enrolled[person]]
    assert answer["FaceMatches"][0]["Similarity"] >= 80
    assert answer["FaceMatches"][0]["Face"]["ExternalImageId"] == f"person:{person}"


def test_a_person_who_is_not_enrolled_finds_nobody(
    client: Any, collection: str, faces: Faces, enrolled: dict[int, str]
) -> None:
    answer = search(client, collection, faces.portrait(9))
    assert answer["FaceMatches"] == []
    assert answer["SearchedFaceConfidence"] > 80


def test_the_same_picture_is_nearly_a_hundred(
    client: Any, collection: str, faces: Faces, enrolled: dict[int, str]
) -> None:
    match = search(client, collection, faces.portrait(13))["FaceMatches"][0]
    assert match["Face"]["FaceId"] == enrolled[13]
    assert match["Similarity"] >= 99


def test_threshold_and_max_faces_bound_the_matches(
    client: Any, collection: str, faces: Faces, enrolled: dict[int, str]
) -> None:
    def found(**options: Any) -> list[str]:
        return [
            match["Face"]["FaceId"]
            for match in search(client, collection, faces.portrait(13), **options)["FaceMatches"]
        ]

    everyone = search(client, collection, faces.portrait(13), FaceMatchThreshold=0)["FaceMatches"]
    assert {match["Face"]["FaceId"] for match in everyone} == set(enrolled.values())
    similarities = [match["Similarity"] for match in everyone]
    assert similarities == sorted(similarities, reverse=True)
    order = [match["Face"]["FaceId"] for match in everyone]
    assert found(FaceMatchThreshold=(similarities[1] + similarities[2]) / 2) == order[:2]
    assert found(FaceMatchThreshold=0, MaxFaces=1) == order[:1]


def test_only_the_largest_face_is_searched(
    client: Any, collection: str, faces: Faces, enrolled: dict[int, str]
) -> None:
    picture = group(faces.pixels(15, variant=1, side=200), faces.pixels(13, variant=1, side=400))
    answer = search(client, collection, jpeg(picture))
    assert [match["Face"]["FaceId"] for match in answer["FaceMatches"]] == [enrolled[13]]
    box = answer["SearchedFaceBoundingBox"]
    assert box["Left"] > 220 / picture.shape[1]
    detected = client.detect_faces(Image={"Bytes": jpeg(picture)})["FaceDetails"]
    assert len(detected) == 2
    largest = max(detected, key=lambda face: face["BoundingBox"]["Width"])
    assert largest["BoundingBox"] == pytest.approx(box, abs=0.02)


def test_no_face_to_search_with(client: Any, collection: str) -> None:
    with pytest.raises(
        client.exceptions.InvalidParameterException, match=r"no faces in the image\. Should be at least 1"
    ):
        search(client, collection, jpeg(np.full((200, 300, 3), 128, np.uint8)))


def test_search_by_face_id_leaves_the_face_itself_out(
    client: Any,
    new_collection: Callable[[], str],
    faces: Faces,
    eventually: Callable[..., None],
) -> None:
    own = new_collection()
    first, second, stranger = (
        client.index_faces(CollectionId=own, Image={"Bytes": data})["FaceRecords"][0]["Face"]["FaceId"]
        for data in (faces.portrait(13), faces.portrait(13, 1), faces.portrait(4))
    )

    def found(**options: Any) -> set[str]:
        answer = client.search_faces(CollectionId=own, FaceId=first, **options)
        assert answer["SearchedFaceId"] == first
        return {match["Face"]["FaceId"] for match in answer["FaceMatches"]}

    eventually(lambda: found(MaxFaces=4096, FaceMatchThreshold=0), {second, stranger})
    assert found() == {second}


def test_search_by_a_face_id_that_is_not_there(client: Any, collection: str) -> None:
    with pytest.raises(client.exceptions.InvalidParameterException, match="faceId was not found in the collection"):
        client.search_faces(CollectionId=collection, FaceId="00000000-0000-0000-0000-000000000000")


def test_collections_do_not_mix(
    client: Any, new_collection: Callable[[], str], faces: Faces, enrolled: dict[int, str]
) -> None:
    apart = new_collection()
    assert search(client, apart, faces.portrait(13))["FaceMatches"] == []
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.search_faces(CollectionId=apart, FaceId=enrolled[13])
    assert client.delete_faces(CollectionId=apart, FaceIds=[enrolled[13]])["DeletedFaces"] == []


def test_eight_callers_at_once_get_the_same_answers(
    client: Any, collection: str, faces: Faces, enrolled: dict[int, str]
) -> None:
    photos = {person: faces.portrait(person, 1) for person in PEOPLE}
    probes = [person for person in PEOPLE for _ in range(8)]
    with ThreadPoolExecutor(8) as callers:
        answers = callers.map(lambda person: search(client, collection, photos[person]), probes)
        found = [answer["FaceMatches"][0]["Face"]["FaceId"] for answer in answers]
    assert found == [enrolled[person] for person in probes]
