"""The wire protocol itself: targets, bodies, validation, refused operations."""

from __future__ import annotations

import base64
import json

import pytest
import requests
from botocore.exceptions import ClientError

from standins.rekognition.operations import OPERATIONS
from standins.rekognition.validation import service_model
from tests.contract.face_service.conftest import client_of


def post(url: str, target: str | None, body: bytes | str) -> requests.Response:
    headers = {"Content-Type": "application/x-amz-json-1.1"} | ({"X-Amz-Target": target} if target else {})
    return requests.post(url, data=body, headers=headers, timeout=20)


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        (None, "{}", "UnknownOperationException"),
        ("RekognitionService.Nothing", "{}", "UnknownOperationException"),
        ("SomeService.ListCollections", "{}", "UnknownOperationException"),
        ("RekognitionService.ListCollections", "{", "SerializationException"),
        ("RekognitionService.ListCollections", "[" * 100_000, "SerializationException"),
        ("RekognitionService.ListCollections", b"\xff\xfe", "SerializationException"),
        ("RekognitionService.ListCollections", "[]", "SerializationException"),
        ("RekognitionService.ListCollections", '{"MaxResults": "5"}', "SerializationException"),
        ("RekognitionService.ListCollections", '{"MaxResults": true}', "SerializationException"),
        ("RekognitionService.ListCollections", '{"MaxResults": 1.5}', "SerializationException"),
        ("RekognitionService.ListCollections", '{"MaxResults": NaN}', "SerializationException"),
        ("RekognitionService.ListCollections", '{"MaxResults": 4097}', "ValidationException"),
        ("RekognitionService.CreateCollection", "{}", "ValidationException"),
        ("RekognitionService.CreateCollection", '{"CollectionId": null}', "ValidationException"),
        ("RekognitionService.CreateCollection", '{"CollectionId": ""}', "ValidationException"),
        ("RekognitionService.CreateCollection", '{"CollectionId": "a/b"}', "ValidationException"),
        ("RekognitionService.DetectFaces", '{"Image": {"Bytes": "no base64!"}}', "SerializationException"),
        ("RekognitionService.DetectFaces", '{"Image": {"Bytes": ""}}', "ValidationException"),
    ],
)
def test_what_is_wrong_is_told(service_url: str, target: str | None, body: bytes | str, code: str) -> None:
    answer = post(service_url, target, body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert answer.json()["__type"] == code
    assert answer.json()["Message"]


def test_members_that_the_model_does_not_know_are_ignored(service_url: str) -> None:
    assert post(service_url, "RekognitionService.ListCollections", '{"Unknown": 1}').status_code == 200


def test_an_operation_that_is_not_here_says_so_and_is_not_retried(service_url: str) -> None:
    with pytest.raises(ClientError, match="DetectLabels is an operation of Amazon Rekognition that this") as caught:
        client_of(service_url, attempts=3).detect_labels(Image={"Bytes": b"x"})
    assert caught.value.response["Error"]["Code"] == "NotImplementedException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_every_operation_of_the_model_is_real_or_refused(service_url: str) -> None:
    for name in service_model().operation_names:
        answer = post(service_url, f"RekognitionService.{name}", "[]")
        expected = (400, "SerializationException") if name in OPERATIONS else (501, "NotImplementedException")
        assert (answer.status_code, answer.json()["__type"]) == expected, name


def test_a_request_too_large_is_refused(service_url: str) -> None:
    answer = post(service_url, "RekognitionService.DetectFaces", b" " * (17 * 1024 * 1024))
    assert answer.status_code == 413
    assert answer.json()["__type"] == "RequestEntityTooLargeException"


def test_the_service_lives_on_after_all_that(service_url: str) -> None:
    health = requests.get(f"{service_url}/health", timeout=5)
    assert health.status_code == 200
    assert health.json()["status"] == "ok"


def test_a_connection_serves_many_requests(service_url: str) -> None:
    with requests.Session() as session:
        for _ in range(3):
            answer = session.post(
                service_url, data="{}", headers={"X-Amz-Target": "RekognitionService.ListCollections"}, timeout=5
            )
            assert answer.headers.get("connection", "keep-alive") == "keep-alive"
            assert json.loads(answer.content)["CollectionIds"] is not None


def test_bytes_travel_as_base64(service_url: str) -> None:
    body = json.dumps({"Image": {"Bytes": base64.b64encode(b"no picture").decode()}})
    answer = post(service_url, "RekognitionService.DetectFaces", body)
    assert answer.json()["__type"] == "InvalidImageFormatException"
