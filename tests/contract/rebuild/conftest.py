"""A deployment of its own: a generation holds every photo there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from homeward.settings import Settings
from tests.contract.adapters.conftest import portraits
from tests.deployed import deployed

__all__ = ["portraits"]


@pytest.fixture(scope="package")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The names of what is deployed."""
    with deployed(tmp_path_factory.mktemp("rebuild"), "rebuild") as settings:
        yield settings
