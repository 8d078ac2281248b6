"""microburst, a proxy that spoils the wire: installed on demand into an environment of its own, never the project's."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from benchmarks.pictures import HOME
from tests.serving import free_port

LOCK = Path(__file__).with_name("faults.lock")
READY_SECONDS = 30


def program() -> str:
    """The command's path."""
    folder = HOME / "microburst"
    done, command = folder / LOCK.name, folder / "bin" / "microburst"
    if not done.is_file() or done.read_text() != LOCK.read_text():
        print(f"installing microburst into {folder}", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
        subprocess.run([*pip, "--disable-pip-version-check", "-r", str(LOCK)], check=True, stdout=sys.stderr)
        done.write_text(LOCK.read_text())
    return str(command)


class Proxy:
    """A running one. Without rules it passes everything on."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def spoil(self, rules: Sequence[dict[str, Any]]) -> None:
        """What goes wrong from now on; the first rule that strikes counts. None: nothing."""
        requests.post(f"{self.url}/_microburst/rules", json=list(rules), timeout=10).raise_for_status()

    def struck(self) -> list[dict[str, Any]]:
        """The rules with how often they struck."""
        answer = requests.get(f"{self.url}/_microburst/rules", timeout=10)
        answer.raise_for_status()
        return list(answer.json())


@contextmanager
def proxy(upstream: str, log: Path) -> Iterator[Proxy]:
    """Put one in front of a server."""
    port = free_port()
    with log.open("ab") as output:
        command = [program(), "--upstream", upstream, "--port", str(port), "--no-resign"]
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        session = requests.Session()
        session.mount("http://", HTTPAdapter(max_retries=Retry(connect=60, backoff_factor=0.1, backoff_max=0.5)))
        session.get(f"http://127.0.0.1:{port}/_microburst/health", timeout=READY_SECONDS).raise_for_status()
        yield Proxy(port)
    finally:
        process.terminate()
        process.wait(20)
