"""Requests that are broken, enormous, slow or malicious: each is answered as documented, and the service lives on."""

from __future__ import annotations

import base64
import json
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standins.rekognition.bodies import MAX_TOGETHER
from standins.rekognition.operations import OPERATIONS
from standins.rekognition.validation import service_model
from tests.contract.face_service.conftest import Faces
from tests.contract.face_service.wire import (
    PATIENCE_SECONDS,
    TARGET,
    assert_lives,
    call,
    code,
    connect,
    documented,
    exchange,
    image,
    memory_of,
    process_of,
)

MEGABYTE = 1 << 20
NOT_FOUND, INVALID = "ResourceNotFoundException", "InvalidParameterException"
SERIALIZATION, VALIDATION = "SerializationException", "ValidationException"
SEARCH = '{"CollectionId": "none", "FaceId": "%s", "FaceMatchThreshold": %s}'
FACE_ID = "01234567-89ab-cdef-0123-456789abcdef"
LIST = b"POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: RekognitionService.ListCollections\r\n"


@pytest.fixture(scope="module", autouse=True)
def bounded(service_url: str) -> Iterator[None]:
    process = process_of(service_url)
    with memory_of(process) as memory:
        yield
    assert_lives(service_url)
    assert process.is_running()
    assert memory.most - memory.before < 600 * MEGABYTE
    assert memory.after - memory.before < 300 * MEGABYTE


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        *(("SearchFaces", SEARCH % (FACE_ID, number), SERIALIZATION) for number in ("NaN", "Infinity", "-Infinity")),
        *(("SearchFaces", SEARCH % (FACE_ID, number), VALIDATION) for number in ("1e999", "-1e999", "1e30", "-0.1")),
        ("SearchFaces", SEARCH % (FACE_ID, "9" * 4000), VALIDATION),
        ("SearchFaces", SEARCH % (FACE_ID, "9" * 5000), SERIALIZATION),
        ("SearchFaces", SEARCH % (FACE_ID, "1e-999"), NOT_FOUND),
        ("SearchFaces", SEARCH % ("not-a-face-id", "1"), VALIDATION),
        ("SearchFaces", SEARCH % (FACE_ID + "\\u0000", "1"), VALIDATION),
        ("ListFaces", '{"CollectionId": "none", "MaxResults": 2147483648}', SERIALIZATION),
        ("ListFaces", '{"CollectionId": "none", "MaxResults": -2147483649}', SERIALIZATION),
        ("ListFaces", '{"CollectionId": "none", "MaxResults": -1}', VALIDATION),
        ("ListCollections", '{"NextToken": "someone else\'s"}', "InvalidPaginationTokenException"),
        ("ListCollections", '{"NextToken": "\\u0000"}', "InvalidPaginationTokenException"),
        ("ListCollections", '{"NextToken": "\\ud800"}', SERIALIZATION),
        ("ListCollections", '{"NextToken": 1, "NextToken": null}', "OK"),
        ("DeleteCollection", '{"CollectionId": "a", "CollectionId": "none"}', NOT_FOUND),
        ("DeleteCollection", '{"CollectionId": "../../etc/passwd"}', VALIDATION),
        ("DeleteCollection", '{"CollectionId": "none\'; DROP TABLE faces; --"}', VALIDATION),
        ("DeleteCollection", '{"CollectionId": "none\\n"}', VALIDATION),
        ("DeleteCollection", '{"CollectionId": "no\\u0000ne"}', VALIDATION),
        ("DeleteCollection", '{"CollectionId": "\\udc80"}', SERIALIZATION),
        ("ListCollections", "[" * 1_000_000, SERIALIZATION),
        ("ListCollections", '{"a":' * 1_000_000, SERIALIZATION),
        ("ListCollections", '{"a": ' + "[" * 400 + "]" * 400 + "}", "OK"),
        ("ListCollections", '{"a": [' + "[]," * 4_000_000 + "[]]}", SERIALIZATION),
        ("ListCollections", '{"a": [' + "{}," * 4_000_000 + "{}]}", SERIALIZATION),
        ("ListCollections", '{"a": "' + "\U0001f600" * 3_000_000 + '"}', "OK"),
        ("ListCollections", '{"' + "a" * 15_000_000 + '": 1}', "OK"),
        ("ListCollections", "\ufeff{}", SERIALIZATION),
        ("ListCollections", "{}{}", SERIALIZATION),
        ("ListCollections", "null", SERIALIZATION),
        ("ListCollections", "", "OK"),
        ("ListCollections", "{'MaxResults': 1}", SERIALIZATION),
        ("DetectFaces", '{"Image": {"Bytes": "YWJj\\nYWJj"}}', SERIALIZATION),
        ("DetectFaces", '{"Image": {"Bytes": "YWJ"}}', SERIALIZATION),
        ("DetectFaces", '{"Image": {"Bytes": "YQ===", "S3Object": {}}}', SERIALIZATION),
        ("DetectFaces", '{"Image": {"Bytes": "\\u20ac"}}', SERIALIZATION),
        ("DetectFaces", '{"Image": {}}', INVALID),
        ("DetectFaces", '{"Image": {"Bytes": "YWJj", "S3Object": {"Bucket": "aaa", "Name": "a"}}}', INVALID),
        ("DetectFaces", '{"Image": {"S3Object": {}}}', "InvalidS3ObjectException"),
        ("DetectFaces", '{"Image": {"S3Object": {"Bucket": "a", "Name": "a"}}}', VALIDATION),
        ("DetectFaces", '{"Image": {"S3Object": {"Bucket": "aaa", "Name": ""}}}', VALIDATION),
        ("DetectFaces", '{"Image": {"S3Object": {"Bucket": "aaa", "Name": "\\ud800"}}}', SERIALIZATION),
        ("DetectFaces", '{"Image": {"S3Object": {"Bucket": "aaa", "Name": "a", "Version": ""}}}', VALIDATION),
    ],
)  # fmt: skip
def test_bodies(service_url: str, operation: str, body: str, expected: str) -> None:
    assert code(call(service_url, operation, body.encode(errors="surrogatepass"))) == expected


@pytest.mark.parametrize("body", [b'{"a": "\xff"}', '{"MaxResults": 5}'.encode("utf-16"), b'{"a": "\xed\xa0\x80"}'])
def test_bodies_that_are_no_utf_8(service_url: str, body: bytes) -> None:
    assert code(call(service_url, "ListCollections", body)) == SERIALIZATION


@pytest.mark.parametrize("target", ["RekognitionService", "rekognitionservice.ListFaces", "x" * 60_000, "\xe9\xff"])
def test_targets_that_are_none(service_url: str, target: str) -> None:
    answer = requests.post(service_url, "{}", headers={"X-Amz-Target": target.encode("latin-1")}, timeout=20)
    assert code(answer) == "UnknownOperationException"
    assert len(answer.content) < 1000


def test_faces_of_other_collections_are_not_found(service_url: str, client: Any, collection: str, faces: Faces) -> None:
    told = client.index_faces(CollectionId=collection, Image={"Bytes": faces.portrait(13)})
    face_id = told["FaceRecords"][0]["Face"]["FaceId"]
    client.create_collection(CollectionId=f"{collection}-other")
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.search_faces(CollectionId=f"{collection}-other", FaceId=face_id)
    assert client.delete_faces(CollectionId=f"{collection}-other", FaceIds=[face_id])["DeletedFaces"] == []
    client.delete_collection(CollectionId=f"{collection}-other")


def test_a_hundred_thousand_mistakes_are_told_in_a_short_message(service_url: str) -> None:
    body = json.dumps({"CollectionId": "/" * 100_000, "FaceIds": ["/" * 100] * 90_000}).encode()
    answer = call(service_url, "DeleteFaces", body)
    assert code(answer) == VALIDATION
    assert "100 validation errors detected" in answer.json()["Message"]
    tags = {"CollectionId": "a", "Tags": {"/;" * 500_000: ";"}}
    assert code(call(service_url, "CreateCollection", json.dumps(tags).encode())) == VALIDATION


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (LIST + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}", b"200"),
        (LIST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"200"),
        (LIST + b"Connection: close\r\n\r\n", b"200"),  # no body at all
        (LIST.replace(b"1.1", b"1.0", 1) + b"Content-Length: 2\r\n\r\n{}", b"200"),
        (LIST + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}{}{}", b"200"),
        (LIST + b"Content-Length: 1\r\nConnection: close\r\n\r\n{}", b"400"),
        (LIST + b"Content-Length: 99999999999999\r\nConnection: close\r\n\r\n", b"413"),
        (LIST + b"Content-Length: -1\r\n\r\n{}", b"400"),
        (LIST + b"Content-Length: two\r\n\r\n{}", b"400"),
        (LIST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (LIST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n", b"400"),
        (LIST + b"Content-Encoding: gzip\r\nContent-Length: 2\r\nConnection: close\r\n\r\n\x1f\x8b", b"400"),
        (LIST + b"Connection: Upgrade, close\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n", b"200"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), b"400"),  # TLS
        (b"GET \xff HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"404"),
        (b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (LIST + b"X: " + b"x" * 10_000_000 + b"\r\n\r\n", b"431"),
        (LIST + b"X: y\r\n" * 1_000_000 + b"\r\n", b"431"),
        (b"GET /" + b"x" * 10_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"431"),
    ],
    ids=range(21),
)
def test_bytes_on_the_wire(service_url: str, request_: bytes, status: bytes) -> None:
    with connect(service_url) as connection:
        answer = exchange(connection, request_)
    assert answer.startswith(b"HTTP/1.1 " + status + b" "), answer[:200]


def test_a_body_that_ends_too_soon_is_no_request(service_url: str, client: Any) -> None:
    before = client.list_collections()["CollectionIds"]
    body = b'{"CollectionId": "half-sent"}'
    head = LIST.replace(b"List", b"Create").replace(b"Collections", b"Collection")
    with connect(service_url) as connection:
        exchange(connection, head + f"Content-Length: {len(body) + 1}\r\n\r\n".encode() + body, end=True)
    assert client.list_collections()["CollectionIds"] == before


def test_slow_and_silent_callers_keep_nobody_waiting(service_url: str, client: Any) -> None:
    with ExitStack() as stack:
        for number in range(600):
            connection = stack.enter_context(connect(service_url))
            if number % 3 == 1:
                connection.sendall(LIST[: number % len(LIST)])
            elif number % 3 == 2:
                connection.sendall(LIST + b"Content-Length: 7000000\r\n\r\n" + b"{" * number)
        assert client.list_collections()["CollectionIds"] is not None
        assert_lives(service_url)


def test_more_bodies_than_there_is_room_for_are_told_to_wait(service_url: str, client: Any) -> None:
    head = LIST.replace(b"ListCollections", b"DetectFaces") + b"Content-Length: 16000000\r\n\r\n"
    with ExitStack() as stack, memory_of(process_of(service_url)) as memory:
        connections = [stack.enter_context(connect(service_url)) for _ in range(12)]
        for connection in connections:
            connection.sendall(head + b" " * 15_000_000)
        refused: set[socket.socket] = set()
        while len(refused) < 12 - MAX_TOGETHER // 15_000_000:
            waiting = [each for each in connections if each not in refused]
            ready, _, _ = select.select(waiting, [], [], PATIENCE_SECONDS)
            assert ready
            for connection in ready:
                assert connection.recv(50).startswith(b"HTTP/1.1 500 ")
                refused.add(connection)
        assert client.list_collections()["CollectionIds"] is not None
    assert memory.most - memory.before < 400 * MEGABYTE


def valid_requests() -> list[tuple[str, dict[str, Any]]]:
    """One for each operation that is here, with every parameter that a random value can be put into."""
    values: dict[str, Any] = {"string": "a", "integer": 1, "float": 1.0, "list": ["DEFAULT"], "map": {"a": "b"}}
    found = []
    for name in sorted(OPERATIONS):
        shape = service_model().operation_model(name).input_shape
        members = shape.members if shape else {}
        request = {member: values.get(shape.type_name, image(b"none")) for member, shape in members.items()}
        found.append((name, request))
    return found


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)
modest = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@modest
@given(data=st.data())
def test_requests_with_values_at_random(service_url: str, data: st.DataObject) -> None:
    name, request = data.draw(st.sampled_from(valid_requests()))
    for member in data.draw(st.sets(st.sampled_from(sorted(request)), min_size=1)):
        request = {**request, member: data.draw(anything)}
    answer = call(service_url, name, json.dumps(request).encode())
    assert code(answer) in documented(name)


@modest
@given(data=st.data())
def test_requests_with_bytes_at_random(service_url: str, data: st.DataObject) -> None:
    name, request = data.draw(st.sampled_from(valid_requests()))
    body = bytearray(json.dumps(request).encode())
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255)), max_size=8)):
        body[at] = byte
    answer = call(service_url, name, bytes(body))
    assert code(answer) in documented(name)


@modest
@given(request=st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: LIST + tail))
def test_bytes_at_random_on_the_wire(service_url: str, request: bytes) -> None:
    with connect(service_url) as connection:
        answer = exchange(connection, request, end=True)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 ")
    assert b"HTTP/1.1 500" not in answer


def test_signed_or_not_requests_are_answered(service_url: str) -> None:
    headers = {"X-Amz-Target": TARGET + "ListCollections"}
    for more in ({}, {"Authorization": "AWS4-HMAC-SHA256 nonsense"}, {"Authorization": base64.b64encode(b"a:b")}):
        assert code(requests.post(service_url, "{}", headers={**headers, **more}, timeout=20)) == "OK"
