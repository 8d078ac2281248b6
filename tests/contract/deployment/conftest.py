"""A local cloud with its face service, and the stack deployed on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from homeward.adapters.aws import client
from homeward.deployment import Deployment, deploy
from homeward.packaging import ROOT
from tests.serving import serving

PHONE = "+15555550100"
DEPLOYED = ("infra", "lambdas", "policy", "src/homeward", "statemachines")


@dataclass
class Run:
    """A deployment and what it said."""

    result: Deployment
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="package")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Our adapters' clients, which speak to a local cloud of this package's own."""
    folder = tmp_path_factory.mktemp("deployment")
    faces = serving("standins.rekognition", "--data", str(folder / "faces"), log=folder / "faces.log")
    with faces as faces_url:
        options = ("--data", str(folder / "cloud"), "--rekognition-url", faces_url)
        with (
            serving("standins.cloud", *options, log=folder / "cloud.log") as cloud_url,
            pytest.MonkeyPatch.context() as env,
        ):
            env.setenv("AWS_ENDPOINT_URL", cloud_url)
            env.setenv("AWS_ENDPOINT_URL_REKOGNITION", faces_url)
            env.setenv("AWS_ACCESS_KEY_ID", "test")
            env.setenv("AWS_SECRET_ACCESS_KEY", "test")
            env.setenv("AWS_DEFAULT_REGION", "us-east-1")
            client.cache_clear()
            yield client
    client.cache_clear()


def run(stack: str = "homeward", **options: Any) -> Run:
    """Deploy; stacks with other names get face collections of their own."""
    said: list[str] = []
    if stack != "homeward":
        options.setdefault("parameters", {"CollectionPrefix": stack})
    return Run(deploy(stack, progress=said.append, **options), said)


@pytest.fixture(scope="package")
def first(aws: Any) -> Run:
    """The first deployment, on the empty cloud."""
    return run(phone_numbers=[PHONE])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout that a test may change; it shares the layer's packages, which take seconds to install."""
    for room in DEPLOYED:
        shutil.copytree(ROOT / room, tmp_path / room)
    (ROOT / "build").mkdir(exist_ok=True)
    (tmp_path / "build").symlink_to(ROOT / "build")
    return tmp_path
