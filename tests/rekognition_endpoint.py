"""Where the suite of tests/contract/rekognition runs: the local face service, or with `--rekognition=aws` AWS itself.

    pytest tests/contract/rekognition --rekognition=aws --rekognition-bucket NAME

Against AWS it uses the credentials, region and endpoint of the environment, as every AWS SDK does. All collections are
named PREFIX-<run>-<number>, and those of the run are deleted at its end, however it ends.
"""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import boto3
import pytest
from botocore.config import Config

PREFIX = "homeward-suite"
FOLDER = "tests/contract/rekognition"
CALLS_PER_TEST, IMAGES_PER_TEST = 5, 3
"""How many calls a test of the suite makes, roughly, and how many of them AWS charges for."""

DOLLARS_PER_IMAGE = 0.001
FREE = {
    *("CreateCollection", "DescribeCollection", "ListCollections", "DeleteCollection", "ListFaces", "DeleteFaces"),
    *("CreateUser", "ListUsers", "DeleteUser", "TagResource", "UntagResource", "ListTagsForResource"),
}
CALLS: pytest.StashKey[Counter[str]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rekognition", f"where {FOLDER} runs")
    group.addoption(
        "--rekognition",
        choices=("local", "aws"),
        default="local",
        help="local (default): the face service of this repository; aws: the endpoint, credentials and region of the "
        "environment",
    )
    group.addoption(
        "--rekognition-bucket",
        metavar="NAME",
        help="with --rekognition=aws: a bucket in the same region where pictures may be put; they are deleted again",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[CALLS] = Counter()
    if is_aws(config):
        session = boto3.Session()
        if session.region_name is None:
            raise pytest.UsageError("--rekognition=aws needs a region: set AWS_DEFAULT_REGION (or AWS_PROFILE).")
        if session.get_credentials() is None:
            raise pytest.UsageError(
                "--rekognition=aws needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE)."
            )


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    if not is_aws(config):
        return []
    tests = sum(item.nodeid.startswith(FOLDER) for item in items)
    images = tests * IMAGES_PER_TEST
    return [
        f"Rekognition: {tests} tests make about {tests * CALLS_PER_TEST} calls, of which about {images} are charged: "
        f"{images * DOLLARS_PER_IMAGE:.2f} USD at {DOLLARS_PER_IMAGE} USD an image"
    ]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    calls = config.stash[CALLS]
    if is_aws(config) and calls:
        images = sum(count for name, count in calls.items() if name not in FREE)
        terminalreporter.write_line(
            f"Rekognition: {sum(calls.values())} calls made, {images} charged: {images * DOLLARS_PER_IMAGE:.2f} USD; "
            + ", ".join(f"{name} {count}" for name, count in sorted(calls.items()))
        )


def is_aws(config: pytest.Config) -> bool:
    """Whether the suite runs against AWS."""
    return bool(config.getoption("--rekognition") == "aws")


def aws_client(config: pytest.Config) -> Any:
    """A client of the environment's Rekognition that waits out throttling and counts its calls, tries included."""
    patient = Config(retries={"mode": "standard", "total_max_attempts": 12}, read_timeout=60)
    client = boto3.Session().client("rekognition", config=patient)
    calls = config.stash[CALLS]
    client.meta.events.register("before-send.rekognition", lambda event_name, **_: count(calls, event_name))
    return client


def count(calls: Counter[str], event_name: str) -> None:
    """Count the operation that a botocore event is about."""
    calls[event_name.rpartition(".")[2]] += 1


def run_prefix() -> str:
    """What the names of this run's collections begin with."""
    return f"{PREFIX}-{uuid.uuid4().hex[:10]}"


def delete_collections(client: Any, prefix: str) -> None:
    """Delete every collection whose name begins with `prefix`."""
    pages = client.get_paginator("list_collections").paginate()
    names = [name for page in pages for name in page["CollectionIds"] if name.startswith(prefix)]
    for name in names:
        client.delete_collection(CollectionId=name)
