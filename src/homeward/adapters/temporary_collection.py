"""A face collection that exists for as long as a measurement of somebody's own photos takes.

It is deleted however the measurement ends. What a killed process left behind is deleted by the next one, a day later.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters.aws import AWS_ERRORS, aws_errors, client, error_code, translated
from homeward.adapters.faces import index_image
from homeward.domain.errors import HomewardError
from homeward.domain.ports import IndexResult

PREFIX = "homeward-bias-"
ATTEMPTS = 10  # a call that is throttled waits and tries again; nobody is in a hurry
FORGOTTEN = timedelta(days=1)
MAX_FACES = 4096  # Rekognition's most, for one answer


class TemporaryCollection:
    """Use it as a context manager; pictures are sent as bytes and kept nowhere but as vectors in the collection."""

    def __init__(self) -> None:
        self.name = f"{PREFIX}{uuid.uuid4().hex[:16]}"
        self.face_model_version = ""

    def __enter__(self) -> TemporaryCollection:
        _delete_forgotten()
        with ExitStack() as undo:
            # Whoever stops the program while the answer is on its way leaves nothing behind either.
            undo.callback(_delete, self.name)
            with aws_errors():
                made = _rekognition().create_collection(CollectionId=self.name)
            self.face_model_version = str(made["FaceModelVersion"])
            undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _delete(self.name)

    def index(self, picture: bytes, name: str) -> IndexResult:
        """Add the one usable face of a picture; `name` is its ExternalImageId."""
        indexed, result = index_image(self.name, {"Bytes": picture}, name)
        if indexed and not result.face_id:
            with aws_errors():
                _rekognition().delete_faces(CollectionId=self.name, FaceIds=indexed)
        return result

    def row(self, face_id: str) -> dict[str, float]:
        """Similarity (0-100) of every other face to this one; the MAX_FACES most similar where there are more."""
        with aws_errors():
            answer = _rekognition().search_faces(
                CollectionId=self.name, FaceId=face_id, FaceMatchThreshold=0, MaxFaces=MAX_FACES
            )
        return _similarities(answer)

    def search(self, picture: bytes) -> dict[str, float] | None:
        """Similarity (0-100) of every face to the largest one of a picture; None when no face is found in it."""
        try:
            answer = _rekognition().search_faces_by_image(
                CollectionId=self.name,
                Image={"Bytes": picture},
                FaceMatchThreshold=0,
                MaxFaces=MAX_FACES,
                QualityFilter="NONE",
            )
        except AWS_ERRORS as error:
            # The picture's form was looked at before: what is left for this error is that nobody is to be seen.
            if isinstance(error, ClientError) and error_code(error) == "InvalidParameterException":
                return None
            raise translated(error) from error
        return _similarities(answer)


def _similarities(answer: Mapping[str, Any]) -> dict[str, float]:
    return {str(found["Face"]["FaceId"]): float(found["Similarity"]) for found in answer["FaceMatches"]}


def _rekognition() -> Any:
    return client("rekognition", ATTEMPTS)


def _delete(name: str) -> None:
    with aws_errors():
        try:
            _rekognition().delete_collection(CollectionId=name)
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise


def _delete_forgotten() -> None:
    """Clean up after processes that were killed. Not being allowed to is no reason to measure nothing."""
    with suppress(HomewardError), aws_errors():
        for page in _rekognition().get_paginator("list_collections").paginate():
            for name in page["CollectionIds"]:
                if name.startswith(PREFIX):
                    made = _rekognition().describe_collection(CollectionId=name)["CreationTimestamp"]
                    if datetime.now(UTC) - made > FORGOTTEN:
                        _delete(name)
