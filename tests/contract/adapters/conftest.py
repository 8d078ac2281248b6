"""Adapters against the deployed template, on a local cloud with its face service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from homeward.settings import Settings
from standins.people.portraits import Portraits
from tests.deployed import deployed


@pytest.fixture(scope="package")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The names of what is deployed; the adapters' clients find it through the environment."""
    with deployed(tmp_path_factory.mktemp("adapters"), "adapters") as settings:
        yield settings


@pytest.fixture(scope="session")
def portraits(request: pytest.FixtureRequest) -> Portraits:
    """Faces of people who do not exist, drawn once a checkout."""
    return Portraits(request.config.cache.mkdir("portraits"))
