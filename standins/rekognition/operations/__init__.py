"""The operations that exist, by their public names. Every other operation of the service model is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from standins.rekognition.answers import Answer
from standins.rekognition.operations import collections, compare, faces, search, search_users, tags, users
from standins.rekognition.service import Service

Operation: TypeAlias = Callable[[Service, dict[str, Any]], Answer]

OPERATIONS: dict[str, Operation] = {
    "AssociateFaces": users.associate_faces,
    "CompareFaces": compare.compare_faces,
    "CreateCollection": collections.create_collection,
    "CreateUser": users.create_user,
    "DeleteCollection": collections.delete_collection,
    "DeleteFaces": faces.delete_faces,
    "DeleteUser": users.delete_user,
    "DescribeCollection": collections.describe_collection,
    "DetectFaces": faces.detect_faces,
    "DisassociateFaces": users.disassociate_faces,
    "IndexFaces": faces.index_faces,
    "ListCollections": collections.list_collections,
    "ListFaces": faces.list_faces,
    "ListTagsForResource": tags.list_tags_for_resource,
    "ListUsers": users.list_users,
    "SearchFaces": search.search_faces,
    "SearchFacesByImage": search.search_faces_by_image,
    "SearchUsers": search_users.search_users,
    "SearchUsersByImage": search_users.search_users_by_image,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
}
