"""Starting our own servers for tests: each for real, on a free port, in a folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 60


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    module: str, *arguments: str, log: Path, environment: dict[str, str] | None = None, port: int | None = None
) -> Iterator[str]:
    """Run `python -m module --port P arguments` and yield its URL once it says that it is ready."""
    port = port or free_port()
    command = [sys.executable, "-m", module, "--port", str(port), *arguments]
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **(environment or {})},
        )
    assert process.stdout is not None
    silence = threading.Timer(READY_SECONDS, process.kill)
    silence.start()
    try:
        line = process.stdout.readline().strip()
        silence.cancel()
        assert line == f"ready http://127.0.0.1:{port}", f"{module} said {line!r}\n{log.read_text()[-3000:]}"
        yield line.removeprefix("ready ")
    finally:
        silence.cancel()
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
