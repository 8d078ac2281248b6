"""The addresses of the local system: all on 127.0.0.1, every port a choice of the user."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from dataclasses import dataclass, fields

import psutil

from homeward.local.errors import PortInUseError

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """One TCP port per address that a person or a client uses."""

    cloud: int = 14566
    rekognition: int = 14577
    namus: int = 14588
    fbi: int = 14599
    airflow: int = 18080

    def items(self) -> Iterator[tuple[str, int]]:
        """Yield (name, port); the name gives the flag: `cloud` is set by `--cloud-port`."""
        for field in fields(self):
            yield field.name, getattr(self, field.name)

    def check(self) -> None:
        """Raise PortInUseError for the first port that can't be listened on, or that is given twice."""
        seen: dict[int, str] = {}
        for name, port in self.items():
            if port in seen:
                raise PortInUseError(f"port {port} is given to both {seen[port]} and {name}: change --{name}-port")
            seen[port] = name
        for name, port in self.items():
            check_free(port, f"--{name}-port")


def url(port: int) -> str:
    """The address of a local port."""
    return f"http://{HOST}:{port}"


def check_free(port: int, flag: str) -> None:
    """Raise PortInUseError, naming the process that holds the port, unless 127.0.0.1:port can be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OverflowError:
            raise PortInUseError(f"{port} is no port: choose one from 1024 to 65535 with {flag}") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUseError(
                    f"port {port} is in use by {holder(port)}: stop it or choose another with {flag}"
                ) from error
            raise PortInUseError(f"port {port} can't be used ({error.strerror}): choose another with {flag}") from error


def holder(port: int) -> str:
    """Who listens on the port: `pid 123 (python)`, or a phrase when the system doesn't tell."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS shows other processes' sockets to root only
        return "another process"
    for found in connections:
        if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == port and found.pid:
            try:
                return f"pid {found.pid} ({psutil.Process(found.pid).name()})"
            except psutil.NoSuchProcess:
                break
    return "another process"
