"""The command: help, and one clear line with exit code 2 for whatever keeps it from starting."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from standins.rekognition.models import DETECTOR, EMBEDDER, find_models
from tests.contract.face_service.conftest import Process
from tests.serving import ROOT, free_port


def run(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "standins.rekognition", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, env={**os.environ, **(environment or {})}
    )


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """The one line on stderr of a command that didn't start."""
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with copies of the model files."""
    files = find_models()
    folder = tmp_path / "models"
    folder.mkdir()
    for file in (files.detector, files.embedder):
        shutil.copy(file, folder)
    return folder


def test_help_teaches() -> None:
    result = run("--help")
    assert result.returncode == 0
    for word in ("--port", "--data", "--models", "AWS_ENDPOINT_URL", "example"):
        assert word in result.stdout


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"Port {port} on 127.0.0.1 can't be used" in refused(run("--port", str(port), "--data", str(tmp_path)))


def test_a_folder_in_use(start: Callable[[Path], Process], tmp_path: Path) -> None:
    first = start(tmp_path)
    line = refused(run("--port", str(free_port()), "--data", str(tmp_path)))
    assert f"in use by another face service (process {first.popen.pid})" in line
    assert first.client.list_collections()["CollectionIds"] == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = refused(run("--port", "0", "--data", str(tmp_path / "file" / "data")))
    assert "can't be used" in line
    assert "--data DIR" in line


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "faces.sqlite").write_bytes(b"not a database, " * 500)
    assert "faces.sqlite can't be opened" in refused(run("--port", "0", "--data", str(tmp_path)))


@pytest.mark.parametrize("how", ["option", "environment"])
@pytest.mark.parametrize("name", [DETECTOR, EMBEDDER])
def test_an_altered_model(tmp_path: Path, models: Path, name: str, how: str) -> None:
    with (models / name).open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    named = ["--models", str(models)] if how == "option" else []
    environment = {"HOMEWARD_MODELS": str(models)} if how == "environment" else None
    line = refused(run("--port", "0", "--data", str(tmp_path / "data"), *named, environment=environment))
    assert f"{models / name} is not the published file" in line
    assert "make install" in line


def test_a_missing_model(tmp_path: Path, models: Path) -> None:
    (models / EMBEDDER).unlink()
    line = refused(run("--port", "0", "--data", str(tmp_path / "data"), "--models", str(models)))
    assert f"{models / EMBEDDER} is missing" in line


def test_a_missing_package(tmp_path: Path) -> None:
    # An interpreter that sees only the standard library and the project's own folder.
    command = [sys.executable, "-S", "-m", "standins.rekognition", "--port", "0", "--data", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, env=environment)
    assert "is not installed. Run `make install`." in refused(result)
