"""A really started face service, clients that check every answer against the public model, and synthetic faces."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import cv2
import numpy as np
import pytest
from botocore.config import Config
from botocore.model import OperationModel
from botocore.validate import ParamValidator
from numpy.typing import NDArray

from standins.people.portraits import Portraits
from tests.serving import ROOT, serving

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Faces:
    """JPEG files of people who do not exist. `portrait(person, variant)`: variant 0 is the first photo."""

    portraits: Portraits

    def portrait(self, person: int, variant: int = 0) -> bytes:
        portrait = self.portraits.get(person, variant)
        assert portrait is not None
        return portrait.data

    def pixels(self, person: int, variant: int = 0, side: int = 640) -> NDArray[np.uint8]:
        picture = self.portraits.get(person, variant)
        assert picture is not None
        return cv2.resize(picture.picture, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8)


def jpeg(pixels: NDArray[Any]) -> bytes:
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def group(*pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pictures beside each other on a grey ground."""
    height, gap = max(len(picture) for picture in pictures) + 40, 20
    ground = np.full((height, sum(picture.shape[1] + gap for picture in pictures) + gap, 3), 110, np.uint8)
    left = gap
    for picture in pictures:
        ground[20 : 20 + len(picture), left : left + picture.shape[1]] = picture
        left += picture.shape[1] + gap
    return ground


@pytest.fixture(scope="session")
def faces(request: pytest.FixtureRequest) -> Faces:
    """Drawn once a checkout: the same numbers always give the same pictures."""
    return Faces(Portraits(request.config.cache.mkdir("portraits")))


def client_of(url: str, attempts: int = 1) -> Any:
    """A client that fails on every answer that the service model doesn't describe."""
    config = Config(retries={"total_max_attempts": attempts})
    client = boto3.Session("test", "test", region_name="us-east-1").client(
        "rekognition", endpoint_url=url, config=config
    )
    client.meta.events.register("after-call.rekognition", _check_shape)
    return client


def _check_shape(http_response: Any, model: OperationModel, **_: Any) -> None:
    if http_response.status_code == 200:
        assert model.output_shape is not None
        # AWS sends empty lists even where the model asks for one member or more.
        answer = {name: value for name, value in json.loads(http_response.content).items() if value != []}
        report = ParamValidator().validate(answer, model.output_shape)
        assert not report.has_errors(), report.generate_report()


@pytest.fixture(scope="session")
def service_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("rekognition")
    with serving("standins.rekognition", "--data", str(folder / "data"), log=folder / "log") as url:
        yield url


@pytest.fixture(scope="session")
def client(service_url: str) -> Any:
    return client_of(service_url)


@pytest.fixture
def collection(client: Any) -> Iterator[str]:
    """The id of a new, empty collection."""
    name = f"collection-{next(_numbers)}"
    client.create_collection(CollectionId=name)
    yield name
    client.delete_collection(CollectionId=name)


@dataclass
class Process:
    """A face service that a test ends itself."""

    popen: subprocess.Popen[str]
    client: Any

    def end(self, how: signal.Signals) -> int:
        self.popen.send_signal(how)
        return self.popen.wait(20)


@pytest.fixture
def start() -> Iterator[Callable[[Path], Process]]:
    """Start a service on a data folder; it is killed after the test if the test didn't end it."""
    started: list[subprocess.Popen[str]] = []

    def run(data: Path) -> Process:
        popen = subprocess.Popen(
            [sys.executable, "-m", "standins.rekognition", "--port", "0", "--data", str(data)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(popen)
        assert popen.stdout is not None
        ready, _, url = popen.stdout.readline().strip().partition(" ")
        assert ready == "ready"
        return Process(popen, client_of(url))

    yield run
    for popen in started:
        popen.kill()
        popen.wait()
        if popen.stdout:
            popen.stdout.close()
