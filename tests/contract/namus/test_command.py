"""The command line: starting, ending, and complaints in one line."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT


def start(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "standins.namus", *options]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_says_that_it_is_ready_and_ends_cleanly(how: signal.Signals) -> None:
    process = start("--port", "0", "--cases", "5")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ready http://127.0.0.1:")
    process.send_signal(how)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "", "")


def complaint(*options: str) -> str:
    process = start(*options)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert output == ""
    assert len(errors.splitlines()) == 1, errors
    return errors


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"port {port} is in use" in complaint("--port", port)


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    assert "is no folder" in complaint("--port", "0", "--people", str(tmp_path / "nowhere"))
    assert "holds no folders" in complaint("--port", "0", "--people", str(tmp_path))


def test_a_broken_picture_is_told(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    assert str(tmp_path / "ada" / "photo.jpg") in complaint("--port", "0", "--people", str(tmp_path))
