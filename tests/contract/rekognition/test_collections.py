from __future__ import annotations

from typing import Any

import pytest

from standins.rekognition.models import FACE_MODEL_VERSION


def test_a_new_collection_is_described(client: Any) -> None:
    made = client.create_collection(CollectionId="described", Tags={"purpose": "test"})
    assert made["StatusCode"] == 200
    assert made["CollectionArn"] == "aws:rekognition:us-east-1:111122223333:collection/described"
    described = client.describe_collection(CollectionId="described")
    assert described["FaceCount"] == 0
    assert described["UserCount"] == 0
    assert described["FaceModelVersion"] == made["FaceModelVersion"] == FACE_MODEL_VERSION
    assert described["CollectionARN"] == "arn:aws:rekognition:us-east-1:111122223333:collection/described"
    assert client.delete_collection(CollectionId="described")["StatusCode"] == 200


def test_a_collection_exists_once(client: Any, collection: str) -> None:
    with pytest.raises(client.exceptions.ResourceAlreadyExistsException, match=collection):
        client.create_collection(CollectionId=collection)


@pytest.mark.parametrize("operation", ["describe_collection", "delete_collection", "list_faces"])
def test_a_collection_that_is_not_there(client: Any, operation: str) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="The collection id: nowhere does not exist"):
        getattr(client, operation)(CollectionId="nowhere")


def test_collections_are_listed_in_pages(client: Any) -> None:
    names = {f"paged-{number}" for number in range(5)}
    for name in names:
        client.create_collection(CollectionId=name)
    pages = list(client.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 2}))
    listed = [name for page in pages for name in page["CollectionIds"]]
    assert names <= set(listed)
    assert len(listed) == len(set(listed))
    assert all(len(page["CollectionIds"]) == len(page["FaceModelVersions"]) <= 2 for page in pages)
    for name in names:
        client.delete_collection(CollectionId=name)
    assert not names & set(client.list_collections()["CollectionIds"])


def test_a_token_works_only_in_its_own_list(client: Any, collection: str) -> None:
    client.create_collection(CollectionId="another-one")
    token = client.list_collections(MaxResults=1)["NextToken"]
    with pytest.raises(client.exceptions.InvalidPaginationTokenException):
        client.list_faces(CollectionId=collection, NextToken=token)
    for wrong in ("no token", "bm8=", "WyJhIiwxXQ=="):
        with pytest.raises(client.exceptions.InvalidPaginationTokenException):
            client.list_collections(NextToken=wrong)
    client.delete_collection(CollectionId="another-one")
