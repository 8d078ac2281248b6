"""A small population, made for real, once for all tests here."""

from __future__ import annotations

from pathlib import Path

import pytest

from standins.people.population import Parameters, make_population

WANTED = Parameters(people=2, others=1, photos=2, frames=3, seed=0)


@pytest.fixture(scope="session")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("population")
    make_population(out, WANTED)
    return out
