"""Adapters against the deployed template, on a local cloud with its face service."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from homeward.settings import Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.town import Town
from tests.contract.namus_client.scripted import Answer, scripted_server
from tests.deployed import deployed
from tests.factories import namus

_numbers = itertools.count(81_000, 10)


@pytest.fixture(scope="package")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The names of what is deployed; the adapters' clients find it through the environment."""
    with deployed(tmp_path_factory.mktemp("adapters"), "adapters") as settings:
        yield settings


@pytest.fixture(scope="session")
def portraits(request: pytest.FixtureRequest) -> Portraits:
    """Faces of people who do not exist, drawn once a checkout."""
    return Portraits(request.config.cache.mkdir("portraits"))


@pytest.fixture
def town(settings: Settings, portraits: Portraits) -> Iterator[Town]:
    """Three cases: one with a portrait and a map, one with a faceless picture, one without pictures."""
    first = next(_numbers)
    portrait = portraits.get(0)
    assert portrait is not None
    map_ = namus.image(2, caption="Map of the area")
    records = [
        namus.record(first, images=[namus.image(1), map_, namus.image(3, "Tattoo")]),
        namus.record(first + 1, images=[namus.image(1)]),
        namus.record(first + 2, images=[]),
    ]
    with scripted_server() as server:
        town = Town(f"town{first}", server, settings, {record["id"]: record for record in records})
        town.picture(first, 1, Answer(portrait.data))
        town.picture(first + 1, 1, Answer(namus.jpeg(300, 300)))
        yield town
