from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from homeward.local.errors import PortInUseError
from homeward.local.ports import Ports, check_free, url


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as every server of ours does
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken


def test_default_ports_are_the_documented_ones() -> None:
    assert dict(Ports().items()) == {
        "cloud": 14566,
        "rekognition": 14577,
        "namus": 14588,
        "fbi": 14599,
        "airflow": 18080,
    }
    assert url(18080) == "http://127.0.0.1:18080"


def test_taken_port_names_its_holder_and_the_flag(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(PortInUseError) as caught:
        Ports(cloud=port).check()
    assert f"port {port} is in use by pid {os.getpid()} (" in str(caught.value)
    assert "--cloud-port" in str(caught.value)


def test_port_is_free_again_at_once_after_its_holder_left(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)):
        accepted, _ = listener.accept()
        accepted.close()  # leaves the connection in a waiting state that must not count
    listener.close()
    check_free(port, "--cloud-port")


def test_one_port_for_two_is_refused() -> None:
    with pytest.raises(PortInUseError, match="both cloud and namus"):
        Ports(cloud=14566, namus=14566).check()


@pytest.mark.parametrize("port", [-1, 65536])
def test_what_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(PortInUseError, match="--airflow-port"):
        check_free(port, "--airflow-port")
