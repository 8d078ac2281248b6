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

from standins.fbi.control import ACTIONS
from standins.fbi.faults import FAULTS, SELECTORS
from tests.serving import ROOT


def start(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "standins.fbi", *options]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_says_that_it_is_ready_for_this_machine_alone_and_ends_cleanly(how: signal.Signals) -> None:
    process = start("--port", "0", "--cases", "5", "--faces")
    try:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("ready ").strip()
        assert requests.get(f"{url}/wanted/v1/list", timeout=10).json()["total"] == 5
        (listening,) = [c for c in psutil.Process(process.pid).net_connections("inet") if c.status == "LISTEN"]
        assert listening.laddr.ip == "127.0.0.1"
    finally:
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


def test_a_fault_that_makes_no_sense_is_told() -> None:
    assert "fault must be one of: status, " in complaint("--port", "0", "--fault", '{"fault": "flood"}')


def test_the_help_and_the_readme_name_what_there_is() -> None:
    helped = subprocess.run([sys.executable, "-m", "standins.fbi", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert helped.returncode == 0
    readme = (ROOT / "standins" / "fbi" / "README.md").read_text()
    for option in ("--port", "--cases", "--seed", "--people", "--faces", "--as-of", "--rate", "--lockout", "--fault"):
        assert option in helped.stdout
        assert f"`{option} " in readme or f"`{option}`" in readme
    for name, (_, options) in FAULTS.items():
        assert f"| `{name}`" in readme
        assert all(f"`{option}`" in readme for option in options)
    assert all(f"| `{name}`" in readme for name in SELECTORS)
    assert all(f'"do": "{action}"' in readme for action in ("publish", *ACTIONS))
