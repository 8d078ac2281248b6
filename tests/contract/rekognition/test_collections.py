from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest


def test_a_new_collection_is_described(client: Any, new_name: Callable[[], str]) -> None:
    name = new_name()
    made = client.create_collection(CollectionId=name, Tags={"purpose": "test"})
    assert made["StatusCode"] == 200
    # AWS leaves "arn:" out here, and only here.
    arn = re.fullmatch(rf"(?:arn:)?(aws[\w-]*:rekognition:[\w-]+:\d{{12}}:collection/{name})", made["CollectionArn"])
    assert arn
    described = client.describe_collection(CollectionId=name)
    assert described["FaceCount"] == 0
    assert described["UserCount"] == 0
    assert described["FaceModelVersion"] == made["FaceModelVersion"]
    assert described["CollectionARN"] == f"arn:{arn[1]}"
    assert client.delete_collection(CollectionId=name)["StatusCode"] == 200


def test_a_collection_exists_once(client: Any, collection: str) -> None:
    with pytest.raises(client.exceptions.ResourceAlreadyExistsException, match=collection):
        client.create_collection(CollectionId=collection)


@pytest.mark.parametrize("operation", ["describe_collection", "delete_collection", "list_faces"])
def test_a_collection_that_is_not_there(client: Any, new_name: Callable[[], str], operation: str) -> None:
    name = new_name()
    with pytest.raises(client.exceptions.ResourceNotFoundException, match=f"The collection id: {name} does not exist"):
        getattr(client, operation)(CollectionId=name)


def test_collections_are_listed_in_pages(
    client: Any, new_collection: Callable[[], str], eventually: Callable[..., None]
) -> None:
    names = {new_collection() for _ in range(5)}

    def listed(size: int) -> list[str]:
        pages = list(client.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": size}))
        assert all(len(page["CollectionIds"]) == len(page["FaceModelVersions"]) <= size for page in pages)
        return [name for page in pages for name in page["CollectionIds"]]

    eventually(lambda: names & set(listed(2)), names)
    everything = listed(2)
    assert len(everything) == len(set(everything))
    for name in names:
        client.delete_collection(CollectionId=name)
    eventually(lambda: names & set(listed(100)), set())


def test_a_token_works_only_in_its_own_list(client: Any, collection: str, new_collection: Callable[[], str]) -> None:
    new_collection()
    token = client.list_collections(MaxResults=1)["NextToken"]
    with pytest.raises(client.exceptions.InvalidPaginationTokenException):
        client.list_faces(CollectionId=collection, NextToken=token)
    for wrong in ("no token", "bm8=", "WyJhIiwxXQ=="):
        with pytest.raises(client.exceptions.InvalidPaginationTokenException):
            client.list_collections(NextToken=wrong)
