"""Users: people to whom several faces belong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.rekognition.conftest import Faces, group, jpeg

PEOPLE = (0, 4, 13)
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def enrolled(client: Any, collection: str, faces: Faces) -> dict[tuple[int, int], str]:
    """(person, photo) -> face id of two photos of each person."""
    return {
        (person, photo): client.index_faces(CollectionId=collection, Image={"Bytes": faces.portrait(person, photo)})[
            "FaceRecords"
        ][0]["Face"]["FaceId"]
        for person in PEOPLE
        for photo in (0, 1)
    }


@pytest.fixture
def users(client: Any, collection: str, enrolled: dict[tuple[int, int], str]) -> dict[int, str]:
    """Person -> user, with both faces of the person."""
    found = {}
    for person in PEOPLE:
        found[person] = f"person:{person}"
        client.create_user(CollectionId=collection, UserId=found[person])
        associate(client, collection, found[person], enrolled[person, 0], enrolled[person, 1])
    return found


def associate(client: Any, collection: str, user: str, *faces: str, **options: Any) -> Any:
    return client.associate_faces(CollectionId=collection, UserId=user, FaceIds=list(faces), **options)


def ids(matches: list[dict[str, Any]]) -> list[str]:
    return [match["User"]["UserId"] for match in matches]


def statuses(client: Any, collection: str) -> dict[str, str]:
    return {
        user["UserId"]: user["UserStatus"]
        for page in client.get_paginator("list_users").paginate(CollectionId=collection)
        for user in page["Users"]
    }


def test_a_user_comes_and_goes(client: Any, collection: str, eventually: Any) -> None:
    client.create_user(CollectionId=collection, UserId="a")
    eventually(lambda: statuses(client, collection), {"a": "CREATED"})
    eventually(lambda: client.describe_collection(CollectionId=collection)["UserCount"], 1)
    with pytest.raises(client.exceptions.ConflictException):
        client.create_user(CollectionId=collection, UserId="a")
    client.delete_user(CollectionId=collection, UserId="a")
    eventually(lambda: statuses(client, collection), {})
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.delete_user(CollectionId=collection, UserId="a")
    client.create_user(CollectionId=collection, UserId="a")


def test_users_are_listed_page_by_page(client: Any, collection: str, new_collection: Callable[..., str]) -> None:
    names = [f"user-{number}" for number in range(5)]
    for name in names:
        client.create_user(CollectionId=collection, UserId=name)
    seen, token = [], {}
    while True:
        page = client.list_users(CollectionId=collection, MaxResults=2, **token)
        assert len(page["Users"]) <= 2
        seen += [user["UserId"] for user in page["Users"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sorted(seen) == names
    with pytest.raises(client.exceptions.InvalidPaginationTokenException):
        client.list_users(CollectionId=new_collection(), **token)


def test_faces_are_associated_once_and_with_one_user(
    client: Any, collection: str, enrolled: dict[tuple[int, int], str]
) -> None:
    for user in ("one", "other"):
        client.create_user(CollectionId=collection, UserId=user)
    first = associate(client, collection, "one", enrolled[0, 0], NOBODY)
    assert first["AssociatedFaces"] == [{"FaceId": enrolled[0, 0]}]
    assert first["UnsuccessfulFaceAssociations"] == [{"FaceId": NOBODY, "Reasons": ["FACE_NOT_FOUND"]}]
    assert first["UserStatus"] in ("ACTIVE", "UPDATING")
    again = associate(client, collection, "one", enrolled[0, 0])
    assert (again["AssociatedFaces"], again["UnsuccessfulFaceAssociations"]) == ([], [])
    taken = associate(client, collection, "other", enrolled[0, 0])
    assert taken["AssociatedFaces"] == []
    (problem,) = taken["UnsuccessfulFaceAssociations"]
    assert (problem["Reasons"], problem["UserId"]) == (["ASSOCIATED_TO_A_DIFFERENT_USER"], "one")


def test_a_face_of_somebody_else_is_not_associated(
    client: Any, collection: str, enrolled: dict[tuple[int, int], str]
) -> None:
    client.create_user(CollectionId=collection, UserId="a")
    associate(client, collection, "a", enrolled[0, 0])
    answer = associate(client, collection, "a", enrolled[0, 1], enrolled[4, 0])
    assert answer["AssociatedFaces"] == [{"FaceId": enrolled[0, 1]}]
    (problem,) = answer["UnsuccessfulFaceAssociations"]
    assert (problem["FaceId"], problem["Reasons"]) == (enrolled[4, 0], ["LOW_MATCH_CONFIDENCE"])
    assert 0 <= problem["Confidence"] < 75
    forced = associate(client, collection, "a", enrolled[4, 0], UserMatchThreshold=0)
    assert forced["AssociatedFaces"] == [{"FaceId": enrolled[4, 0]}]


def test_faces_say_whose_they_are(
    client: Any, collection: str, enrolled: dict[tuple[int, int], str], users: dict[int, str]
) -> None:
    listed = client.list_faces(CollectionId=collection, UserId=users[4])["Faces"]
    assert {face["FaceId"] for face in listed} == {enrolled[4, 0], enrolled[4, 1]}
    assert {face["UserId"] for face in listed} == {users[4]}
    named = client.list_faces(CollectionId=collection, UserId=users[4], FaceIds=[enrolled[4, 0], enrolled[0, 0]])
    assert [face["FaceId"] for face in named["Faces"]] == [enrolled[4, 0]]
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.list_faces(CollectionId=collection, UserId="nobody")


def test_a_user_s_face_is_not_deleted_before_it_is_disassociated(
    client: Any, collection: str, enrolled: dict[tuple[int, int], str], users: dict[int, str]
) -> None:
    face = enrolled[0, 0]
    kept = client.delete_faces(CollectionId=collection, FaceIds=[face])
    assert kept["DeletedFaces"] == []
    assert kept["UnsuccessfulFaceDeletions"] == [
        {"FaceId": face, "UserId": users[0], "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]}
    ]
    gone = client.disassociate_faces(CollectionId=collection, UserId=users[0], FaceIds=[face, NOBODY, enrolled[4, 0]])
    assert gone["DisassociatedFaces"] == [{"FaceId": face}]
    reasons = {problem["FaceId"]: problem["Reasons"] for problem in gone["UnsuccessfulFaceDisassociations"]}
    assert reasons == {NOBODY: ["FACE_NOT_FOUND"], enrolled[4, 0]: ["ASSOCIATED_TO_A_DIFFERENT_USER"]}
    again = client.disassociate_faces(CollectionId=collection, UserId=users[0], FaceIds=[face])
    assert (again["DisassociatedFaces"], again["UnsuccessfulFaceDisassociations"]) == ([], [])
    assert client.delete_faces(CollectionId=collection, FaceIds=[face])["DeletedFaces"] == [face]


def test_deleting_a_user_keeps_the_faces(
    client: Any, collection: str, enrolled: dict[tuple[int, int], str], users: dict[int, str]
) -> None:
    client.delete_user(CollectionId=collection, UserId=users[0])
    faces_left = client.list_faces(CollectionId=collection)["Faces"]
    assert len(faces_left) == len(enrolled)
    assert {face.get("UserId") for face in faces_left} == {None, users[4], users[13]}
    assert ids(client.search_users(CollectionId=collection, FaceId=enrolled[0, 0])["UserMatches"]) == []


def test_users_are_found_by_image(client: Any, collection: str, faces: Faces, users: dict[int, str]) -> None:
    photo = jpeg(faces.pixels(13, variant=2, side=400))
    answer = client.search_users_by_image(CollectionId=collection, Image={"Bytes": photo})
    assert ids(answer["UserMatches"]) == [users[13]]
    assert answer["UserMatches"][0]["Similarity"] > 95
    assert answer["UserMatches"][0]["User"]["UserStatus"] == "ACTIVE"
    assert answer["SearchedFace"]["FaceDetail"]["Confidence"] > 80
    assert answer["UnsearchedFaces"] == []
    everyone = client.search_users_by_image(
        CollectionId=collection, Image={"Bytes": photo}, UserMatchThreshold=0, MaxUsers=500
    )["UserMatches"]
    assert set(ids(everyone)) == set(users.values())
    similarities = [match["Similarity"] for match in everyone]
    assert similarities == sorted(similarities, reverse=True)
    one = client.search_users_by_image(
        CollectionId=collection, Image={"Bytes": photo}, UserMatchThreshold=0, MaxUsers=1
    )["UserMatches"]
    assert ids(one) == [users[13]]


def test_the_other_faces_of_an_image_are_told(
    client: Any, collection: str, faces: Faces, users: dict[int, str]
) -> None:
    picture = group(faces.pixels(0, variant=1, side=200), faces.pixels(13, variant=1, side=400))
    answer = client.search_users_by_image(CollectionId=collection, Image={"Bytes": jpeg(picture)})
    assert ids(answer["UserMatches"]) == [users[13]]
    (other,) = answer["UnsearchedFaces"]
    assert other["Reasons"] == ["FACE_NOT_LARGEST"]
    small, large = other["FaceDetails"]["BoundingBox"], answer["SearchedFace"]["FaceDetail"]["BoundingBox"]
    assert small["Width"] < large["Width"]


def test_an_image_without_a_face_finds_no_user(client: Any, collection: str, faces: Faces) -> None:
    grey = jpeg(faces.pixels(0) * 0 + 128)
    answer = client.search_users_by_image(CollectionId=collection, Image={"Bytes": grey})
    assert answer["UserMatches"] == []
    assert "SearchedFace" not in answer


def test_users_are_found_by_face_and_by_user(
    client: Any, collection: str, faces: Faces, enrolled: dict[tuple[int, int], str], users: dict[int, str]
) -> None:
    extra = client.index_faces(CollectionId=collection, Image={"Bytes": faces.portrait(4, 2)})["FaceRecords"][0]["Face"]
    by_face = client.search_users(CollectionId=collection, FaceId=extra["FaceId"])
    assert ids(by_face["UserMatches"]) == [users[4]]
    assert by_face["SearchedFace"] == {"FaceId": extra["FaceId"]}
    client.create_user(CollectionId=collection, UserId="twin")
    associate(client, collection, "twin", extra["FaceId"])
    by_user = client.search_users(CollectionId=collection, UserId="twin")
    assert ids(by_user["UserMatches"]) == [users[4]]
    assert by_user["SearchedUser"] == {"UserId": "twin"}


@pytest.mark.parametrize("probe", [{}, {"FaceId": NOBODY, "UserId": "a"}, {"FaceId": NOBODY}, {"UserId": "nobody"}])
def test_a_search_needs_one_probe_that_is_there(client: Any, collection: str, probe: dict[str, str]) -> None:
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.search_users(CollectionId=collection, **probe)


def test_unknown_users_and_collections(client: Any, collection: str, new_name: Callable[[], str]) -> None:
    missing = {"UserId": "nobody", "FaceIds": [NOBODY]}
    for operation in (client.associate_faces, client.disassociate_faces):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            operation(CollectionId=collection, **missing)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.search_users(CollectionId=new_name(), UserId="nobody")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.create_user(CollectionId=new_name(), UserId="a")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.list_users(CollectionId=new_name())
