"""A deployment of its own: an erasure looks through every table, object and collection there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from homeward.bootstrap import base
from homeward.settings import Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.conftest import portraits
from tests.contract.retention.sightings import Sightings, sighted_town
from tests.deployed import deployed

__all__ = ["portraits"]
STACK = "retention"


@pytest.fixture(scope="package")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The names of what is deployed; the product's own wiring finds them, too."""
    with deployed(tmp_path_factory.mktemp(STACK), STACK) as settings, pytest.MonkeyPatch.context() as env:
        env.setenv("HOMEWARD_STACK", STACK)
        base.settings.cache_clear()
        yield settings
    base.settings.cache_clear()


@pytest.fixture
def seen(settings: Settings, portraits: Portraits) -> Iterator[Sightings]:
    """Two cases at home, and a camera that can see either of them."""
    with sighted_town(settings, portraits) as seen:
        yield seen
