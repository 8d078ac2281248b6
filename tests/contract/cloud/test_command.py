"""The command line: what it prints, how it refuses, how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from standins.cloud.corrections import CORRECTIONS
from tests.contract.cloud.conftest import ROOT, Cloud, states, wait_for


def command(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "standins.cloud", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        env={**os.environ, **environment},
        check=False,
    )


def refused(*options: str, **environment: str) -> str:
    """The one line of a refusal."""
    result = command(*options, **environment)
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def test_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"127.0.0.1:{port}" in refused(f"--port={port}", f"--data={tmp_path}")


def test_data_in_use(cloud: Cloud) -> None:
    line = refused(f"--port={Cloud(cloud.data).port}", f"--data={cloud.data}")
    assert f"in use by process {cloud.pid}" in line


def test_data_that_cannot_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "choose another folder" in refused(f"--data={tmp_path / 'file'}", "--port=65001")


def test_missing_environment(tmp_path: Path) -> None:
    assert "make install" in refused(f"--data={tmp_path}", HOMEWARD_CLOUD_PYTHON="/does/not/exist")


def test_no_disk(tmp_path: Path) -> None:
    """The check itself, in the cloud's interpreter: the test can't fill a disk."""
    code = (
        "import standins.cloud.server as server; from standins.cloud.settings import *; from pathlib import Path\n"
        "server.MINIMUM_FREE_BYTES = 2**62\n"
        f"raise SystemExit(server.main(Settings(1, {str(tmp_path)!r}, None, 'ERROR', 1, 1.0, ())))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert result.returncode == 2
    assert "are needed" in result.stderr


def test_list_of_corrections_is_complete() -> None:
    result = command("--list-corrections")
    assert result.returncode == 0
    names = [line.split()[0] for line in result.stdout.splitlines()]
    assert names == [correction.name for correction in CORRECTIONS]
    folder = ROOT / "standins" / "cloud" / "corrections"
    modules = {
        path.stem for path in folder.glob("*.py") if "def apply(" in path.read_text() and path.stem != "__init__"
    }
    assert modules == set(names)
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert set(names) <= tests, "each correction has a test"


def test_readme_has_the_list() -> None:
    text = (ROOT / "standins" / "cloud" / "README.md").read_text()
    for correction in CORRECTIONS:
        assert f"| `{correction.name}` | {correction.aws} |" in text


def test_another_version_is_refused(tmp_path: Path) -> None:
    code = (
        "import standins.cloud.patching as patching, standins.cloud.settings as settings\n"
        "patching.version = lambda name: '9.9.9'\n"
        "try: patching.check_version()\n"
        "except settings.CloudError as error: print(type(error).__name__, error)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.startswith("MiniStackVersionError MiniStack 9.9.9 is installed")


def test_end_in_the_middle_of_work_leaves_nothing(new_cloud: Callable[..., Cloud]) -> None:
    cloud = new_cloud()
    name = cloud.function(
        "import os, time\ndef handler(e, c):\n    open(e, 'w').write(str(os.getpid())); time.sleep(60)", 90
    )
    marker = cloud.data / "pid"
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": name, "Payload": str(marker)},
        "End": True,
    }
    wait = {"Type": "Wait", "Seconds": 600, "End": True}
    each = {"Type": "Map", "Items": [1, 2], "ItemProcessor": states(Wait=wait), "End": True}
    cloud.start_execution(cloud.machine(states(Each=each)))
    cloud.start_execution(cloud.machine(states(Call=call)))
    wait_for(lambda: marker.exists() and marker.read_text())
    began = time.monotonic()
    assert cloud.end(signal.SIGTERM) == 0
    assert time.monotonic() - began < 6
    wait_for(lambda: not Path(f"/proc/{marker.read_text()}").exists())


def test_kill_leaves_no_function_behind(new_cloud: Callable[..., Cloud]) -> None:
    cloud = new_cloud()
    name = cloud.function(
        "import os, time\ndef handler(e, c):\n    open(e, 'w').write(str(os.getpid())); time.sleep(60)", 90
    )
    marker = cloud.data / "pid"
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": name, "Payload": str(marker)},
        "End": True,
    }
    cloud.start_execution(cloud.machine(states(Call=call)))
    wait_for(lambda: marker.exists() and marker.read_text())
    cloud.end(signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{marker.read_text()}").exists())
