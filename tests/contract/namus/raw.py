"""HTTP as bytes on a socket: what a client library would hide."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit


def connect(url: str) -> socket.socket:
    """A connection that gives up after ten seconds of silence."""
    parts = urlsplit(url)
    return socket.create_connection((str(parts.hostname), parts.port or 80), timeout=10)


def ask(connection: socket.socket, path: str) -> None:
    """Send a GET request."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


def read_all(connection: socket.socket) -> tuple[bytes, bool]:
    """Everything until the other side ends, and whether it did so with a reset."""
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except ConnectionResetError:
        return data, True
    return data, False


def exchange(url: str, path: str) -> tuple[bytes, bool]:
    """One request; see `read_all`."""
    with connect(url) as connection:
        ask(connection, path)
        return read_all(connection)


def split(answer: bytes) -> tuple[bytes, bytes]:
    """Head and body of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body
