"""The switch: so many calls a second, then AWS's errors, which SDKs take for what they are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

from tests.face_service import client_of
from tests.serving import ROOT, serving


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("throttled")
    arguments = ("--data", str(folder / "data"), "--throttle", "0.01,ListFaces=20,DescribeCollection=1000")
    with serving("standins.rekognition", *arguments, log=folder / "log") as url:
        client_of(url).create_collection(CollectionId="throttled")
        yield url


@pytest.mark.parametrize(
    ("method", "request_", "code", "message"),
    [
        (
            "index_faces",
            {"CollectionId": "throttled", "Image": {"Bytes": b"none"}},
            "ProvisionedThroughputExceededException",
            "Provisioned rate exceeded",
        ),
        (
            "search_faces",
            {"CollectionId": "throttled", "FaceId": "0" * 36},
            "ProvisionedThroughputExceededException",
            "Provisioned rate exceeded",
        ),
        ("list_collections", {}, "ThrottlingException", "Rate exceeded"),
        ("delete_collection", {"CollectionId": "none"}, "ThrottlingException", "Rate exceeded"),
    ],
)
def test_a_call_too_many_is_answered_as_at_aws(
    url: str, method: str, request_: dict[str, Any], code: str, message: str
) -> None:
    client = client_of(url)
    answers = [error_of(client, method, request_) for _ in range(2)]
    assert answers[0].get("Error", {}).get("Code") != code
    assert answers[1]["Error"] == {"Code": code, "Message": message}
    assert answers[1]["ResponseMetadata"]["HTTPStatusCode"] == 400


def error_of(client: Any, method: str, request: dict[str, Any]) -> dict[str, Any]:
    """The error that a call ends in, or its answer."""
    try:
        answer: dict[str, Any] = getattr(client, method)(**request)
    except client.exceptions.ClientError as error:
        return dict(error.response)
    return answer


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_sdks_wait_and_try_again(url: str, mode: str) -> None:
    config = Config(retries={"mode": mode, "total_max_attempts": 10})  # type: ignore[arg-type]
    client = boto3.Session("test", "test", region_name="us-east-1").client(
        "rekognition", endpoint_url=url, config=config
    )
    # However slow the machine is: together they ask faster than 20 times a second at some moment.
    with ThreadPoolExecutor(8) as callers:
        answers = callers.map(lambda _: client.list_faces(CollectionId="throttled"), range(100))
        assert sum(answer["ResponseMetadata"]["RetryAttempts"] for answer in answers) > 0


def test_each_operation_has_its_own_rate(url: str) -> None:
    client = client_of(url)
    for _ in range(50):
        client.describe_collection(CollectionId="throttled")


def test_the_pages_show_it(url: str) -> None:
    rates = requests.get(f"{url}/health", timeout=10).json()["throttle_calls_per_second"]
    assert (rates["ListFaces"], rates["IndexFaces"]) == (20, 0.01)
    metrics = requests.get(f"{url}/metrics", timeout=10).text
    assert 'rekognition_throttle_calls_per_second{operation="ListFaces"} 20.0' in metrics
    assert 'rekognition_requests_total{operation="ListCollections",code="ThrottlingException"}' in metrics


@pytest.mark.parametrize(
    ("spec", "told"),
    [("often", "'often' is not CALLS"), ("IndexFaces=0", "above 0"), ("Nothing=5", "no operation 'Nothing'")],
)
def test_a_switch_that_says_nothing_sensible(tmp_path: Path, spec: str, told: str) -> None:
    command = [sys.executable, "-m", "standins.rekognition", "--port", "0", "--data", str(tmp_path), "--throttle", spec]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert told in line
