"""The operations that exist, by their public names. Every other operation of the service model is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from standins.rekognition.answers import Answer
from standins.rekognition.operations import collections, faces, search
from standins.rekognition.service import Service

Operation: TypeAlias = Callable[[Service, dict[str, Any]], Answer]

OPERATIONS: dict[str, Operation] = {
    "CreateCollection": collections.create_collection,
    "DeleteCollection": collections.delete_collection,
    "DeleteFaces": faces.delete_faces,
    "DescribeCollection": collections.describe_collection,
    "DetectFaces": faces.detect_faces,
    "IndexFaces": faces.index_faces,
    "ListCollections": collections.list_collections,
    "ListFaces": faces.list_faces,
    "SearchFaces": search.search_faces,
    "SearchFacesByImage": search.search_faces_by_image,
}
