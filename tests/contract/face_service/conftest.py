"""What only the local face service has: its process, its data folder, its raw protocol."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.drawn_faces import Faces, faces, group, jpeg, png
from tests.face_service import client_of
from tests.serving import ROOT

__all__ = ["Faces", "Process", "client_of", "faces", "group", "jpeg", "png"]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def client(service_url: str) -> Any:
    return client_of(service_url)


@pytest.fixture
def collection(client: Any) -> Iterator[str]:
    """The id of a new, empty collection."""
    name = f"local-{next(_numbers)}"
    client.create_collection(CollectionId=name)
    yield name
    client.delete_collection(CollectionId=name)


@dataclass
class Process:
    """A face service that a test ends itself."""

    popen: subprocess.Popen[str]
    client: Any

    def end(self, how: signal.Signals) -> int:
        self.popen.send_signal(how)
        return self.popen.wait(20)


@pytest.fixture
def start() -> Iterator[Callable[[Path], Process]]:
    """Start a service on a data folder; it is killed after the test if the test didn't end it."""
    started: list[subprocess.Popen[str]] = []

    def run(data: Path) -> Process:
        popen = subprocess.Popen(
            [sys.executable, "-m", "standins.rekognition", "--port", "0", "--data", str(data)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(popen)
        assert popen.stdout is not None
        ready, _, url = popen.stdout.readline().strip().partition(" ")
        assert ready == "ready"
        return Process(popen, client_of(url))

    yield run
    for popen in started:
        popen.kill()
        popen.wait()
        if popen.stdout:
            popen.stdout.close()
