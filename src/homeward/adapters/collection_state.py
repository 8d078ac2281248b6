"""What Amazon Rekognition says of a face collection."""

from __future__ import annotations

from homeward.adapters.aws import aws_errors, client
from homeward.domain.ports import CollectionState


def live_state(parameter_name: str) -> CollectionState:
    """The collection that is live now; the parameter is read anew."""
    with aws_errors():
        return state_of(str(client("ssm").get_parameter(Name=parameter_name)["Parameter"]["Value"]))


def state_of(collection: str) -> CollectionState:
    """A collection by its id; NotFoundError's kin (ServiceRefusedError) when there is none."""
    with aws_errors():
        found = client("rekognition").describe_collection(CollectionId=collection)
    return CollectionState(collection, str(found["FaceModelVersion"]), int(found["FaceCount"]))
