"""FaceRows on Amazon Rekognition: SearchFaces with threshold 0, one call a row.

Boto3 spends most of such a call on parsing 4,096 matches with boxes and ids that nobody asks for. So the answer's body
is taken before it is parsed, through botocore's event `before-parse`, and only what is wanted is read.
"""

from __future__ import annotations

import threading
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from homeward.adapters.aws import aws_errors, error_code, new_client

MAX_FACES = 4096
ATTEMPTS = 10  # a call that is throttled waits and tries again; nobody is in a hurry


# Thousands of them come and go with every call, and none is part of a cycle: the garbage collector leaves them alone.
class _Face(msgspec.Struct, gc=False):
    FaceId: str


class _Match(msgspec.Struct, gc=False):
    Similarity: float
    Face: _Face


class _Answer(msgspec.Struct, gc=False):
    FaceMatches: list[_Match]


_DECODER = msgspec.json.Decoder(_Answer)


class RekognitionRows:
    """Rows of one collection. May be used by several threads."""

    def __init__(self, collection: str) -> None:
        self._collection = collection
        self._taken = threading.local()
        self._client = new_client("rekognition", ATTEMPTS)
        self._client.meta.events.register("before-parse.rekognition.SearchFaces", self._take)

    def row(self, face_id: str) -> dict[str, float] | None:
        """See the port."""
        with aws_errors():
            try:
                self._client.search_faces(
                    CollectionId=self._collection, FaceId=face_id, FaceMatchThreshold=0, MaxFaces=MAX_FACES
                )
            except ClientError as error:
                if error_code(error) == "InvalidParameterException":  # what it says of a face that isn't there
                    return None
                raise
        found = _DECODER.decode(self._taken.body)
        return {match.Face.FaceId: match.Similarity for match in found.FaceMatches}

    def _take(self, response_dict: dict[str, Any], **_: Any) -> None:
        """Leave botocore nothing to parse; an error's answer it gets as it is."""
        if response_dict["status_code"] == 200:
            self._taken.body = response_dict["body"]
            response_dict["body"] = b"{}"
