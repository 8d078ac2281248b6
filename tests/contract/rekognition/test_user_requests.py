"""Users: requests that are sent again under their token, and how many faces a user can have."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from tests.contract.rekognition.conftest import Faces, group, jpeg

MOST_FACES = 100
"""Of one user."""


def face_ids(client: Any, collection: str, picture: bytes, external_id: str) -> list[str]:
    answer = client.index_faces(
        CollectionId=collection, Image={"Bytes": picture}, ExternalImageId=external_id, QualityFilter="NONE"
    )
    return [record["Face"]["FaceId"] for record in answer["FaceRecords"]]


def user_ids(client: Any, collection: str) -> set[str]:
    return {user["UserId"] for user in client.list_users(CollectionId=collection)["Users"]}


def associated(answer: Any) -> list[str]:
    return [face["FaceId"] for face in answer["AssociatedFaces"]]


def test_a_user_is_made_once(client: Any, collection: str) -> None:
    token = str(uuid4())
    for _ in range(2):
        client.create_user(CollectionId=collection, UserId="a", ClientRequestToken=token)
    with pytest.raises(client.exceptions.IdempotentParameterMismatchException):
        client.create_user(CollectionId=collection, UserId="b", ClientRequestToken=token)
    assert user_ids(client, collection) == {"a"}


def test_a_user_is_deleted_once(client: Any, collection: str) -> None:
    token = str(uuid4())
    client.create_user(CollectionId=collection, UserId="a")
    client.delete_user(CollectionId=collection, UserId="a", ClientRequestToken=token)
    client.create_user(CollectionId=collection, UserId="a")
    client.delete_user(CollectionId=collection, UserId="a", ClientRequestToken=token)
    assert user_ids(client, collection) == {"a"}
    with pytest.raises(client.exceptions.IdempotentParameterMismatchException):
        client.delete_user(CollectionId=collection, UserId="b", ClientRequestToken=token)


def test_faces_are_associated_and_disassociated_once(client: Any, collection: str, faces: Faces) -> None:
    (face,) = face_ids(client, collection, faces.portrait(13), "x")
    who: dict[str, Any] = {"CollectionId": collection, "UserId": "a"}
    client.create_user(**who)
    coming, going = str(uuid4()), str(uuid4())
    for _ in range(2):
        answer = client.associate_faces(**who, FaceIds=[face], ClientRequestToken=coming)
        assert associated(answer) == [face]
    client.disassociate_faces(**who, FaceIds=[face], ClientRequestToken=going)
    assert associated(client.associate_faces(**who, FaceIds=[face], ClientRequestToken=coming)) == [face]
    assert client.list_faces(**who)["Faces"] == []
    client.associate_faces(**who, FaceIds=[face])
    again = client.disassociate_faces(**who, FaceIds=[face], ClientRequestToken=going)
    assert again["DisassociatedFaces"] == [{"FaceId": face}]
    assert [listed["FaceId"] for listed in client.list_faces(**who)["Faces"]] == [face]
    for operation, token in ((client.associate_faces, coming), (client.disassociate_faces, going)):
        with pytest.raises(client.exceptions.IdempotentParameterMismatchException):
            operation(CollectionId=collection, UserId="a", FaceIds=[str(uuid4())], ClientRequestToken=token)


def test_a_request_that_failed_can_be_sent_again(client: Any, collection: str) -> None:
    token = str(uuid4())
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.delete_user(CollectionId=collection, UserId="a", ClientRequestToken=token)
    client.create_user(CollectionId=collection, UserId="a")
    client.delete_user(CollectionId=collection, UserId="a", ClientRequestToken=token)
    assert user_ids(client, collection) == set()


def test_a_user_has_100_faces_at_most(client: Any, collection: str, faces: Faces) -> None:
    row = group(*(faces.pixels(13, side=200) for _ in range(7)))
    picture = jpeg(np.concatenate([row, row, row]))
    ids = [face for number in range(5) for face in face_ids(client, collection, picture, f"photo-{number}")]
    assert len(ids) == 105
    who: dict[str, Any] = {"CollectionId": collection, "UserId": "a"}
    client.create_user(**who)
    first = client.associate_faces(**who, FaceIds=ids[:60])
    assert associated(first) == ids[:60]
    second = client.associate_faces(**who, FaceIds=ids[50:])
    assert set(associated(second)) <= set(ids[60:])
    assert len(associated(second)) == MOST_FACES - 60
    failed = {problem["FaceId"] for problem in second["UnsuccessfulFaceAssociations"]}
    assert failed == set(ids[60:]) - set(associated(second))
    with pytest.raises(client.exceptions.ServiceQuotaExceededException):
        client.associate_faces(**who, FaceIds=sorted(failed))
    assert len(client.list_faces(**who)["Faces"]) == MOST_FACES
    client.disassociate_faces(**who, FaceIds=ids[:1])
    assert len(associated(client.associate_faces(**who, FaceIds=sorted(failed)))) == 1
