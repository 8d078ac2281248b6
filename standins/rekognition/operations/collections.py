"""CreateCollection, DescribeCollection, ListCollections, DeleteCollection."""

from __future__ import annotations

from typing import Any

from standins.rekognition import paging
from standins.rekognition.answers import ARN, Answer
from standins.rekognition.operations.tags import bounded
from standins.rekognition.service import Service

_PAGE = 1000


def create_collection(service: Service, parameters: dict[str, Any]) -> Answer:
    """CreateCollection; raises ResourceAlreadyExistsError, ServiceQuotaExceededError."""
    collection = service.store.create_collection(parameters["CollectionId"], bounded(parameters.get("Tags", {})))
    # AWS leaves "arn:" out here, and only here.
    return {"StatusCode": 200, "CollectionArn": ARN + collection.name, "FaceModelVersion": collection.model_version}


def describe_collection(service: Service, parameters: dict[str, Any]) -> Answer:
    """DescribeCollection; raises ResourceNotFoundError."""
    collection = service.store.collection(parameters["CollectionId"])
    return {
        "FaceCount": service.store.face_count(collection),
        "UserCount": service.users.count(collection),
        "FaceModelVersion": collection.model_version,
        "CollectionARN": f"arn:{ARN}{collection.name}",
        "CreationTimestamp": collection.created,
    }


def list_collections(service: Service, parameters: dict[str, Any]) -> Answer:
    """ListCollections, oldest first; raises InvalidPaginationTokenError."""
    after = paging.after("collections", parameters["NextToken"]) if "NextToken" in parameters else 0
    most = parameters.get("MaxResults") or _PAGE
    found = service.store.collections(after, most + 1)
    page = found[:most]
    more = {"NextToken": paging.token("collections", page[-1].number)} if len(found) > most else {}
    return {
        "CollectionIds": [collection.name for collection in page],
        "FaceModelVersions": [collection.model_version for collection in page],
        **more,
    }


def delete_collection(service: Service, parameters: dict[str, Any]) -> Answer:
    """DeleteCollection with all its faces and users; raises ResourceNotFoundError."""
    service.users.delete_all(service.store.delete_collection(parameters["CollectionId"]))
    return {"StatusCode": 200}
