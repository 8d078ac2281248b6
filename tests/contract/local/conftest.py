"""Real processes, and one oracle for all tests here: afterwards no descendant of the test process may live."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

DRIVER = Path(__file__).with_name("driver.py")
PR_SET_CHILD_SUBREAPER = 36  # from linux/prctl.h
T = TypeVar("T")

FAKE_SERVER = """
from __future__ import annotations
import http.server, json, os, sys
from datetime import datetime, timezone

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        now = datetime.now(timezone.utc).isoformat()
        parts = ("scheduler", "dag_processor", "triggerer")
        body = {part: {"status": "healthy", f"latest_{part}_heartbeat": now} for part in parts}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

def serve(port):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    print(f"ready http://127.0.0.1:{port}", flush=True)
    server.serve_forever()
"""
FAKE_STANDIN = "import sys, server\nserver.serve(sys.argv[sys.argv.index('--port') + 1])\n"
FAKE_AIRFLOW = """
import os, signal, sys
sys.path.insert(0, os.getcwd())
import server
if sys.argv[1] == "db":
    sys.exit(0)
if sys.argv[1] == "api-server":
    server.serve(os.environ["AIRFLOW__API__PORT"])
if os.fork() == 0:  # a grandchild in a session of its own, as daemons make them
    os.setsid()
signal.pause()
"""


def wait_for(probe: Callable[[], T], within: float = 20.0) -> T:
    """The first true value of `probe`, asked again and again."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if value := probe():
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {within} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants() -> list[str]:
    """The living processes below this one; orphans come to us because we are their subreaper."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid} {' '.join(process.cmdline())[:100]}")
        except psutil.NoSuchProcess:
            continue
    return found


def bury() -> None:
    """Collect orphans that ended with us as their parent; not what a Popen of this test still waits for."""
    for process in psutil.Process().children():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(process.pid, os.WNOHANG)
        except (psutil.NoSuchProcess, ChildProcessError):
            continue


@pytest.fixture
def nothing_left() -> Iterator[Callable[[], set[str]]]:
    """Fail when a process that the test brought about still lives at its end; gives those that live now.

    Servers that the session started for other suites are none of the test's.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    before = set(descendants())

    def living() -> set[str]:
        return set(descendants()) - before

    yield living
    try:
        wait_for(lambda: not living())
    finally:
        left = [int(line.split()[0]) for line in living()]
        for pid in left:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
        bury()
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    assert left == []


@pytest.fixture
def state() -> Iterator[Path]:
    """A new home that PostgreSQL's own user can reach (pytest's folders are closed to others)."""
    with tempfile.TemporaryDirectory(prefix="homeward-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "home"


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the repository, with small programs in place of the big ones."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "server.py").write_text(FAKE_SERVER)
    for package in ("standins", "airflow"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").touch()
    for name in ("cloud", "rekognition", "namus", "fbi"):
        (folder / "standins" / f"{name}.py").write_text(FAKE_STANDIN)
    (folder / "airflow" / "__main__.py").write_text(FAKE_AIRFLOW)
    return folder


def _stands_still(thread: Path) -> bool:
    """Whether Linux says that a thread is stopped."""
    return (thread / "stat").read_text().rpartition(")")[2].split()[0] == "T"


@dataclass
class Driver:
    """A system with fakes, run by driver.py in a process of its own."""

    process: subprocess.Popen[str]
    home: Path

    def read_until(self, line: str) -> list[str]:
        """Read its progress up to a line; fails when it ends before, or after a minute."""
        assert self.process.stdout is not None
        seen, patience = [], threading.Timer(60, self.process.kill)
        patience.start()
        try:
            for text in self.process.stdout:
                seen.append(text.strip())
                if seen[-1] == line:
                    return seen
        finally:
            patience.cancel()
        raise AssertionError(f"{line!r} never came: {seen}")

    def freeze(self) -> None:
        """Stop it, and wait until it stands still: a signal is sent, not obeyed, when the call returns."""
        self.process.send_signal(signal.SIGSTOP)
        threads = Path(f"/proc/{self.process.pid}/task")
        wait_for(lambda: all(_stands_still(thread) for thread in threads.iterdir()))

    def finish(self, within: float = 40) -> str:
        """Wait for its end; returns what it still printed."""
        return self.process.communicate(timeout=within)[0]


@pytest.fixture
def drive(state: Path, checkout: Path, nothing_left: None) -> Iterator[Callable[..., Driver]]:
    """Start driver.py on a home below the test's folder."""
    started: list[Driver] = []
    ports = [str(free_port()) for _ in range(5)]

    def start(home: Path = state, *, hold_deploy: bool = False) -> Driver:
        command = [sys.executable, str(DRIVER), str(home), str(checkout), *ports]
        environment = {**os.environ, "HOLD_DEPLOY": "1" if hold_deploy else ""}
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(Driver(process, home))
        return started[-1]

    yield start
    for driver in started:
        driver.process.kill()
        driver.process.communicate(timeout=20)


def python(code: str) -> tuple[str, ...]:
    """The command that runs some code."""
    return (sys.executable, "-c", textwrap.dedent(code))
