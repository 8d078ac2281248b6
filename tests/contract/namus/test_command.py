"""The command line: starting, ending, and complaints in one line."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import requests

from standins.namus.faults.catalogue import FAULTS
from standins.namus.life import ACTIONS
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


def test_a_fault_that_makes_no_sense_is_told() -> None:
    assert "no JSON" in complaint("--port", "0", "--fault", "{")
    assert "fault must be one of: slow, " in complaint("--port", "0", "--fault", '{"fault": "flood"}')


def test_only_this_machine_can_reach_it_and_it_forgets_everything() -> None:
    numbers = []
    for _ in range(2):
        process = start("--port", "0", "--cases", "5", "--as-of", "2026-06-30")
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("ready ").strip()
            (listening,) = [c for c in psutil.Process(process.pid).net_connections("inet") if c.status == "LISTEN"]
            assert listening.laddr.ip == "127.0.0.1"
            answer = requests.post(f"{url}/_control/cases", json={"do": "publish"}, timeout=10)
            numbers.append(answer.json()["numbers"])
        finally:
            process.terminate()
            process.communicate(timeout=20)
    assert numbers[0] == numbers[1]


def test_the_help_and_the_readme_name_what_there_is() -> None:
    helped = subprocess.run(
        [sys.executable, "-m", "standins.namus", "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert helped.returncode == 0
    readme = (ROOT / "standins" / "namus" / "README.md").read_text()
    for option in ("--cases", "--seed", "--people", "--faces", "--unidentified", "--as-of", "--fault"):
        assert option in helped.stdout
        assert option in readme
    for name, fault in FAULTS.items():
        assert f"| `{name}`" in readme
        assert all(f"`{option}`" in readme for option in fault.options())
    for action in ("publish", *ACTIONS):
        assert f'"do": "{action}"' in readme
