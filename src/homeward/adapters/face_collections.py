"""FaceCollections on Amazon Rekognition and one SSM parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from homeward.adapters import parameters
from homeward.adapters.aws import AWS_ERRORS, aws_errors, client, error_code, translated
from homeward.adapters.faces import RekognitionCollection
from homeward.domain.generations import of_family

_ABSENT, _THERE = "ResourceNotFoundException", "ResourceAlreadyExistsException"


@dataclass(frozen=True, slots=True)
class RekognitionCollections:
    """The collections named as the one that the SSM parameter `parameter_name` names, but for the number at the end.

    A call is tried `attempts` times, as in RekognitionCollection.
    """

    parameter_name: str
    attempts: int = 3

    def live(self) -> str:
        """See the port."""
        return parameters.fresh(self.parameter_name)

    def all(self) -> list[str]:
        """See the port."""
        names: list[str] = []
        with aws_errors():
            for page in client("rekognition", self.attempts).get_paginator("list_collections").paginate():
                names += page["CollectionIds"]
        return of_family(self.live(), names)

    def open(self, collection: str) -> RekognitionCollection:
        """See the port."""
        return RekognitionCollection(self.parameter_name, collection, self.attempts)

    def face_model(self, collection: str) -> str:
        """See the port."""
        try:
            described = client("rekognition", self.attempts).describe_collection(CollectionId=collection)
            return str(described["FaceModelVersion"])
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and error_code(error) == _ABSENT:
                return ""
            raise translated(error) from error

    def create(self, collection: str) -> None:
        """See the port."""
        with aws_errors():
            try:
                client("rekognition", self.attempts).create_collection(CollectionId=collection)
            except ClientError as error:
                if error_code(error) != _THERE:
                    raise

    def switch(self, collection: str) -> None:
        """See the port. One write: whoever reads the parameter sees the old one or the new one."""
        parameters.point(self.parameter_name, collection)

    def drop(self, collection: str) -> None:
        """See the port."""
        with aws_errors():
            try:
                client("rekognition", self.attempts).delete_collection(CollectionId=collection)
            except ClientError as error:
                if error_code(error) != _ABSENT:
                    raise

    def delete(self, face_ids: Sequence[str]) -> None:
        """See the port. Face ids are never used twice, so each collection is given all of them."""
        for collection in self.all() if face_ids else ():
            self.open(collection).delete(face_ids)
