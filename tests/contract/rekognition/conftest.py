"""One suite for any endpoint: see tests/rekognition_endpoint.py. Only boto3, nothing that one model alone would say."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from tests.drawn_faces import Faces, faces, group, jpeg, png
from tests.face_service import client_of
from tests.rekognition_endpoint import aws_client, delete_collections, is_aws, run_prefix
from tests.serving import serving

__all__ = ["Faces", "Pictures", "client_of", "faces", "group", "jpeg", "png"]

PATIENCE_SECONDS = 60
"""How long AWS may take until a change shows. The local service has to show it at once."""


@pytest.fixture(scope="session")
def prefix() -> str:
    return run_prefix()


@pytest.fixture(scope="session")
def client(request: pytest.FixtureRequest, prefix: str) -> Iterator[Any]:
    """A client of the endpoint that was chosen; no collection of the run outlives it."""
    local = not is_aws(request.config)
    client = client_of(request.getfixturevalue("service_url")) if local else aws_client(request.config)

    def check_name(parsed: Any, **_: Any) -> None:
        made = parsed.get("CollectionArn")
        assert made is None or f"/{prefix}-" in made, f"{made} would be left behind: take its name from new_name"

    client.meta.events.register("after-call.rekognition.CreateCollection", check_name)
    yield client
    delete_collections(client, prefix)


@pytest.fixture(scope="session")
def new_name(prefix: str) -> Callable[[], str]:
    """Give names for collections, each once."""
    numbers = itertools.count(1)
    return lambda: f"{prefix}-{next(numbers)}"


@pytest.fixture
def new_collection(client: Any, new_name: Callable[[], str]) -> Iterator[Callable[..., str]]:
    """Make collections, `new_collection(**options)`; they are deleted after the test unless the test did it."""
    made = []

    def create(**options: Any) -> str:
        made.append(new_name())
        client.create_collection(CollectionId=made[-1], **options)
        return made[-1]

    yield create
    for name in made:
        try:
            client.delete_collection(CollectionId=name)
        except client.exceptions.ResourceNotFoundException:
            continue


@pytest.fixture
def collection(new_collection: Callable[..., str]) -> str:
    """The id of a new, empty collection."""
    return new_collection()


@pytest.fixture(scope="session")
def eventually(request: pytest.FixtureRequest) -> Callable[[Callable[[], Any], Any], None]:
    """`eventually(read, expected)`: asserts that `read()` gives `expected`; AWS is asked again for a while."""
    patience = PATIENCE_SECONDS if is_aws(request.config) else 0

    def check(read: Callable[[], Any], expected: Any) -> None:
        deadline = time.monotonic() + patience
        while (found := read()) != expected and time.monotonic() < deadline:
            time.sleep(0.5)
        assert found == expected

    return check


@dataclass
class Pictures:
    """A bucket for the pictures of one run, and a client of the Rekognition that can read it."""

    client: Any
    s3: Any
    bucket: str
    folder: str
    keys: list[str] = field(default_factory=list)

    def put(self, name: str, data: bytes) -> dict[str, Any]:
        """The `Image` of a new object."""
        key = f"{self.folder}/{name}"
        self.keys.append(key)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=data)
        return self.image(key)

    def image(self, key: str, bucket: str | None = None) -> dict[str, Any]:
        """The `Image` that names an object."""
        return {"S3Object": {"Bucket": bucket or self.bucket, "Name": key}}


@pytest.fixture(scope="module")
def pictures(
    request: pytest.FixtureRequest, prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pictures]:
    """The bucket of --rekognition-bucket; locally one of the local cloud, with a face service that reads there."""
    with ExitStack() as stack:
        if is_aws(request.config):
            bucket = request.config.getoption("--rekognition-bucket")
            if bucket is None:
                pytest.skip("pictures in S3 need a bucket: --rekognition-bucket NAME")
            found = Pictures(request.getfixturevalue("client"), boto3.Session().client("s3"), bucket, prefix)
        else:
            folder = tmp_path_factory.mktemp("rekognition-s3")
            environment = {
                "AWS_ENDPOINT_URL": request.getfixturevalue("cloud_url"),
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
            }
            arguments = ("--data", str(folder / "data"))
            service = serving("standins.rekognition", *arguments, log=folder / "log", environment=environment)
            url = stack.enter_context(service)
            found = Pictures(client_of(url), request.getfixturevalue("aws")("s3"), prefix, "pictures")
            found.s3.create_bucket(Bucket=prefix)
        yield found
        for key in found.keys:
            found.s3.delete_object(Bucket=found.bucket, Key=key)
