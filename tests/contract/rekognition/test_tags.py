"""Tags of collections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


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


@pytest.mark.parametrize("key", ["aws:team", "a" * 129, "star*"])
def test_keys_that_no_tag_can_have(client: Any, collection: str, new_name: Callable[[], str], key: str) -> None:
    for call in (
        lambda: client.tag_resource(ResourceArn=arn(client, collection), Tags={key: "x"}),
        lambda: client.create_collection(CollectionId=new_name(), Tags={key: "x"}),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Code"] in {"ValidationException", "InvalidParameterException"}
    assert tags(client, collection) == {}


def test_a_collection_is_not_made_with_too_many_tags(client: Any, new_name: Callable[[], str]) -> None:
    name = new_name()
    with pytest.raises(client.exceptions.ServiceQuotaExceededException):
        client.create_collection(CollectionId=name, Tags={f"key-{n}": "x" for n in range(51)})
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_collection(CollectionId=name)


def test_a_tag_that_is_not_taken_leaves_the_others_alone(client: Any, new_collection: Callable[..., str]) -> None:
    collection = new_collection(Tags={"a": "1"})
    with pytest.raises(client.exceptions.ServiceQuotaExceededException):
        client.tag_resource(ResourceArn=arn(client, collection), Tags={f"key-{n}": "x" for n in range(50)})
    assert tags(client, collection) == {"a": "1"}
    client.tag_resource(ResourceArn=arn(client, collection), Tags={})
    client.untag_resource(ResourceArn=arn(client, collection), TagKeys=[])
    assert tags(client, collection) == {"a": "1"}


@pytest.mark.parametrize("change", [("rekognition", "s3"), (":collection/", ":project/")])
def test_an_arn_of_something_else(client: Any, collection: str, change: tuple[str, str]) -> None:
    with pytest.raises(ClientError) as caught:
        client.list_tags_for_resource(ResourceArn=arn(client, collection).replace(*change, 1))
    # Which of the two isn't documented.
    assert caught.value.response["Error"]["Code"] in {"ResourceNotFoundException", "InvalidParameterException"}
