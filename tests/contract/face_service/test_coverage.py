"""What coverage.py tells is what the service does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from botocore.model import Shape, StructureShape

from standins.rekognition.coverage import LEFT_OUT, OPERATIONS, State
from standins.rekognition.validation import service_model
from tests.contract.face_service.conftest import Faces, group, jpeg

EXAMPLES = {"string": "a" * 36, "blob": "YQ==", "integer": 1, "float": 50.0}


def example(shape: Shape) -> Any:
    """A value that the model allows."""
    if isinstance(shape, StructureShape):
        return {name: example(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [example(shape.member)]
    if shape.type_name == "map":
        return {}
    return shape.enum[0] if getattr(shape, "enum", []) else EXAMPLES[shape.type_name]


def refused() -> Iterator[tuple[str, str, Any]]:
    """(operation, parameter, value) for all that is told as refused."""
    for name, parameters in OPERATIONS.items():
        for parameter, treatment in parameters.items():
            shape = service_model().operation_model(name).input_shape.members[parameter]
            if treatment.state is State.REFUSED:
                yield name, parameter, example(shape)
            for value in treatment.refused_values:
                yield name, parameter, [value] if shape.type_name == "list" else value


@pytest.mark.parametrize(("name", "parameter", "value"), list(refused()))
def test_what_is_refused_is_refused_by_its_name(service_url: str, name: str, parameter: str, value: Any) -> None:
    request = {**example(service_model().operation_model(name).input_shape), parameter: value}
    headers = {"X-Amz-Target": f"RekognitionService.{name}"}
    answer = requests.post(service_url, json.dumps(request), headers=headers, timeout=10)
    assert answer.status_code == 501
    assert answer.json()["__type"] == "NotImplementedException"
    assert parameter in answer.json()["Message"]
    for refused_value in value if isinstance(value, list) else []:
        assert refused_value in answer.json()["Message"]


def test_a_refused_attribute_is_refused_beside_others_too(client: Any, faces: Faces) -> None:
    for attributes in (["DEFAULT", "AGE_RANGE"], ["FACE_OCCLUDED", "ALL"]):
        with pytest.raises(client.exceptions.ClientError, match=r"DetectFaces: Attributes (AGE_RANGE|FACE_OCCLUDED): "):
            client.detect_faces(Image={"Bytes": faces.portrait(13)}, Attributes=attributes)


def complete(answer: dict[str, Any], structure: str) -> None:
    """Assert that an answer has every member of the model but those that are told as left out."""
    members = service_model().shape_for(structure).members
    assert answer.keys() == members.keys() - LEFT_OUT.get(structure, {}).keys()


def test_face_details_have_all_that_is_not_left_out(client: Any, collection: str, faces: Faces) -> None:
    picture = {"Bytes": jpeg(group(faces.pixels(13, side=300), faces.pixels(4, side=200)))}
    indexed = client.index_faces(
        CollectionId=collection, Image=picture, MaxFaces=1, DetectionAttributes=["ALL"], ExternalImageId="a:1"
    )
    detected = client.detect_faces(Image=picture, Attributes=["ALL"])
    compared = client.compare_faces(SourceImage={"Bytes": faces.portrait(13)}, TargetImage=picture)
    for answer, structure in (
        (detected["FaceDetails"][0], "FaceDetail"),
        (indexed["FaceRecords"][0]["FaceDetail"], "FaceDetail"),
        (indexed["UnindexedFaces"][0]["FaceDetail"], "FaceDetail"),
        (compared["FaceMatches"][0]["Face"], "ComparedFace"),
        (compared["UnmatchedFaces"][0], "ComparedFace"),
        (compared["SourceImageFace"], "ComparedSourceImageFace"),
    ):
        complete(answer, structure)
    for answer, structure in (
        (detected, "DetectFacesResponse"),
        (indexed, "IndexFacesResponse"),
        (compared, "CompareFacesResponse"),
        (client.describe_collection(CollectionId=collection), "DescribeCollectionResponse"),
    ):
        complete({name: value for name, value in answer.items() if name != "ResponseMetadata"}, structure)
