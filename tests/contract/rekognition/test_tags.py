"""Tags of collections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def arn(client: Any, collection: str) -> str:
    return str(client.describe_collection(CollectionId=collection)["CollectionARN"])


def tags(client: Any, collection: str) -> dict[str, str]:
    return dict(client.list_tags_for_resource(ResourceArn=arn(client, collection))["Tags"])


def test_tags_are_set_changed_and_removed(client: Any, new_collection: Callable[..., str]) -> None:
    collection = new_collection(Tags={"team": "search", "stage": "test"})
    assert tags(client, collection) == {"team": "search", "stage": "test"}
    client.tag_resource(ResourceArn=arn(client, collection), Tags={"stage": "live", "cost centre": "7/b"})
    assert tags(client, collection) == {"team": "search", "stage": "live", "cost centre": "7/b"}
    client.untag_resource(ResourceArn=arn(client, collection), TagKeys=["team", "never there"])
    assert tags(client, collection) == {"stage": "live", "cost centre": "7/b"}


def test_a_collection_without_tags(client: Any, collection: str) -> None:
    assert tags(client, collection) == {}


def test_tags_are_few(client: Any, collection: str) -> None:
    client.tag_resource(ResourceArn=arn(client, collection), Tags={f"key-{n}": "x" for n in range(50)})
    with pytest.raises(client.exceptions.ServiceQuotaExceededException):
        client.tag_resource(ResourceArn=arn(client, collection), Tags={"one more": "x"})
    client.tag_resource(ResourceArn=arn(client, collection), Tags={"key-7": "y"})
    assert len(tags(client, collection)) == 50


def test_what_is_not_there_has_no_tags(client: Any, collection: str) -> None:
    missing = f"{arn(client, collection)}-not"
    for call in (
        lambda: client.list_tags_for_resource(ResourceArn=missing),
        lambda: client.tag_resource(ResourceArn=missing, Tags={"a": "b"}),
        lambda: client.untag_resource(ResourceArn=missing, TagKeys=["a"]),
    ):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            call()
