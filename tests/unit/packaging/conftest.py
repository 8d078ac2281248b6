"""A copy of what is packaged, and the layer that was built from it."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from homeward.packaging import ROOT, Artifact, build

PACKAGED = ("infra", "lambdas", "src/homeward", "statemachines")


def copy_checkout(target: Path) -> Path:
    """Copy what packaging reads. In another order, with other times and modes than the original's."""
    for room in reversed(PACKAGED):
        shutil.copytree(ROOT / room, target / room, copy_function=shutil.copyfile)
    return target


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("one") / "checkout")


@pytest.fixture(scope="session")
def artifacts(checkout: Path) -> dict[str, Artifact]:
    return {artifact.parameter: artifact for artifact in build(checkout)}


@pytest.fixture(scope="session")
def layer(artifacts: dict[str, Artifact], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer as a function sees it: the folder `python` of what was unpacked."""
    return unpacked(artifacts["LayerKey"], tmp_path_factory.mktemp("layer"))


@pytest.fixture(scope="session")
def imaging_layer(artifacts: dict[str, Artifact], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(artifacts["ImagingLayerKey"], tmp_path_factory.mktemp("imaging"))


def unpacked(artifact: Artifact, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(artifact.body)) as archive:
        archive.extractall(folder)
    return folder / "python"


@pytest.fixture
def new_checkout(tmp_path: Path) -> Callable[[], Path]:
    return lambda: copy_checkout(tmp_path / "checkout")
