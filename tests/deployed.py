"""The real template on a local cloud with its face service, for tests that need the whole of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from homeward import packaging
from homeward.adapters import parameters
from homeward.adapters.aws import client
from homeward.deployment import deploy
from homeward.settings import Settings
from tests.serving import free_port, serving

AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def deployed(folder: Path, stack: str, *, auth: bool = False) -> Iterator[Settings]:
    """Yield the names of what is deployed; clients find it through the environment, which is put back afterwards.

    `auth`: the cloud looks at signatures and at the policies of users and functions.
    """
    cloud_port = free_port()
    cloud_url = f"http://127.0.0.1:{cloud_port}"
    with pytest.MonkeyPatch.context() as env:
        for name, value in {**AWS, "AWS_ENDPOINT_URL": cloud_url}.items():
            env.setenv(name, value)
        # The face service reads pictures from the cloud, and the cloud's functions ask the face service.
        with serving("standins.rekognition", "--data", str(folder / "faces"), log=folder / "faces.log") as faces:
            options = ["--data", str(folder / "cloud"), "--rekognition-url", faces, *(["--auth"] if auth else [])]
            with serving("standins.cloud", *options, log=folder / "cloud.log", port=cloud_port):
                env.setenv("AWS_ENDPOINT_URL_REKOGNITION", faces)
                _forget()
                yield _deploy(stack)
    _forget()


def _deploy(stack: str) -> Settings:
    """The checkout, packaged once a process: it is the same for every stack."""
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(packaging, "build", lambda root, progress: _packaged())
        return Settings(deploy(stack, progress=lambda text: None).settings)


_packaged = cache(packaging.build)


def _forget() -> None:
    """What the adapters keep for a process belongs to one cloud."""
    client.cache_clear()
    parameters.forget()
