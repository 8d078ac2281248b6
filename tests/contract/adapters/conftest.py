"""Adapters against the deployed template, on a local cloud with its face service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from standins.people.portraits import Portraits
from tests.serving import serving

from homeward.adapters import parameters
from homeward.adapters.aws import client
from homeward.deployment import deploy
from homeward.settings import Settings

AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="package")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The names of what is deployed; the adapters' clients find it through the environment."""
    folder = tmp_path_factory.mktemp("adapters")
    with (
        pytest.MonkeyPatch.context() as env,
        serving("standins.cloud", "--data", str(folder / "cloud"), log=folder / "cloud.log") as cloud,
    ):
        for name, value in {**AWS, "AWS_ENDPOINT_URL": cloud}.items():
            env.setenv(name, value)
        # The face service reads pictures from the cloud that it finds in the same environment.
        with serving("standins.rekognition", "--data", str(folder / "faces"), log=folder / "faces.log") as faces:
            env.setenv("AWS_ENDPOINT_URL_REKOGNITION", faces)
            _forget()
            yield Settings(deploy("adapters", progress=lambda text: None).settings)
    _forget()


def _forget() -> None:
    """What the adapters keep for a process belongs to one cloud."""
    client.cache_clear()
    parameters._kept.clear()


@pytest.fixture(scope="session")
def portraits(request: pytest.FixtureRequest) -> Portraits:
    """Faces of people who do not exist, drawn once a checkout."""
    return Portraits(request.config.cache.mkdir("portraits"))
