"""TagResource, UntagResource, ListTagsForResource; of collections, the only resources that are here."""

from __future__ import annotations

from typing import Any

from standins.rekognition.answers import ARN, Answer
from standins.rekognition.entries import Collection
from standins.rekognition.errors import (
    NO_RESOURCE,
    InvalidParameterError,
    ResourceNotFoundError,
    ServiceQuotaExceededError,
)
from standins.rekognition.service import Service

MAX_TAGS = 50
"""Tags of one resource."""

_PREFIX = f"arn:{ARN}"


def tag_resource(service: Service, parameters: dict[str, Any]) -> Answer:
    """TagResource; raises ResourceNotFoundError, InvalidParameterError, ServiceQuotaExceededError."""
    with service.store.database.change():
        collection = _collection(service, parameters["ResourceArn"])
        service.store.set_tags(collection, bounded({**service.store.tags(collection), **parameters["Tags"]}))
    return {}


def untag_resource(service: Service, parameters: dict[str, Any]) -> Answer:
    """UntagResource; tags that aren't there don't matter; raises ResourceNotFoundError, InvalidParameterError."""
    with service.store.database.change():
        collection = _collection(service, parameters["ResourceArn"])
        gone = set(parameters["TagKeys"])
        left = {key: value for key, value in service.store.tags(collection).items() if key not in gone}
        service.store.set_tags(collection, left)
    return {}


def list_tags_for_resource(service: Service, parameters: dict[str, Any]) -> Answer:
    """ListTagsForResource; raises ResourceNotFoundError, InvalidParameterError."""
    return {"Tags": service.store.tags(_collection(service, parameters["ResourceArn"]))}


def bounded(tags: dict[str, str]) -> dict[str, str]:
    """The same tags. Raises ServiceQuotaExceededError when they are too many."""
    if len(tags) > MAX_TAGS:
        raise ServiceQuotaExceededError(f"A resource has at most {MAX_TAGS} tags")
    return tags


def _collection(service: Service, arn: str) -> Collection:
    if not arn.startswith("arn:"):
        raise InvalidParameterError(f"Request has invalid parameters: {arn[:100]!r} is not an ARN")
    if not arn.startswith(_PREFIX):
        raise ResourceNotFoundError(NO_RESOURCE, arn)
    return service.store.collection(arn.removeprefix(_PREFIX))
