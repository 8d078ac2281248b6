"""What the end-to-end suites share: running a demo's system, and waiting."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from homeward import bootstrap
from homeward.adapters import aws as adapter_clients
from homeward.adapters import parameters
from homeward.local import demo
from homeward.local.ports import Ports
from homeward.local.system import LocalSystem
from tests.drawn_faces import faces
from tests.serving import free_port

__all__ = ["faces"]


def free_ports() -> Ports:
    return Ports(*(free_port() for _ in range(5)))


def until(condition: Callable[[], bool], complaint: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.1)


@contextmanager
def demo_system(options: demo.DemoOptions) -> Iterator[tuple[LocalSystem, demo.DemoResult]]:
    """Start everything, ingest, play the frames; this process's own clients reach the system until the end."""
    for cached in (bootstrap.settings, bootstrap.source, adapter_clients.client):
        cached.cache_clear()
    parameters.forget()
    system = LocalSystem(demo.local_options(options))
    with pytest.MonkeyPatch.context() as patched:
        for name, value in system.aws_environment.items():
            patched.setenv(name, value)
        with system:
            report = demo.ingest(system, lambda done, total, note: None)
            played = demo.watch(options, system, lambda done, total: None)
            yield system, demo.collect(system, report, played)
    for cached in (bootstrap.settings, bootstrap.source, adapter_clients.client):
        cached.cache_clear()
    parameters.forget()
