"""Model files are found without running their package, and refused when they are not the published ones."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from standins.people.models import MAPPING_BIN, SFACE, SYNTHESIS_BIN, YUNET, ModelError, ModelFile

PUBLISHED = hashlib.sha256(b"weights").hexdigest()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data package whose code must never run."""
    folder = tmp_path / "homeward_test_weights"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('this code must not run')")
    (folder / "net.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def model() -> ModelFile:
    return ModelFile("homeward_test_weights", "net.bin", PUBLISHED)


def test_the_published_file_is_found(package: Path) -> None:
    assert model().located() == package / "net.bin"
    assert "homeward_test_weights" not in sys.modules


def test_an_altered_file_is_refused(package: Path) -> None:
    (package / "net.bin").write_bytes(b"weighty")
    with pytest.raises(ModelError, match="was altered"):
        model().located()


def test_a_missing_file_is_refused(package: Path) -> None:
    (package / "net.bin").unlink()
    with pytest.raises(ModelError, match="is missing"):
        model().located()


def test_a_missing_package_is_refused() -> None:
    with pytest.raises(ModelError, match="make install"):
        ModelFile("homeward_no_such_package", "net.bin", PUBLISHED).located()


@pytest.mark.parametrize("file", [MAPPING_BIN, SYNTHESIS_BIN, YUNET, SFACE])
def test_the_installed_files_are_the_published_ones(file: ModelFile) -> None:
    assert file.located().is_file()
