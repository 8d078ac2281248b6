"""What the tests of hostile input share: raw requests, documented errors, and the service's own process."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests

from standins.rekognition.validation import service_model

PATIENCE_SECONDS = 60
"""A bound on an answer that only a service that hangs would reach."""
UNDECLARED = {"ValidationException", "SerializationException", "UnknownOperationException", "NotImplementedException"}
"""Codes of AWS that no operation of the model lists, and the one for what isn't here."""
TARGET = "RekognitionService."


def call(url: str, operation: str, body: bytes, session: requests.Session | None = None) -> requests.Response:
    headers = {"X-Amz-Target": TARGET + operation, "Content-Type": "application/x-amz-json-1.1"}
    return (session or requests).post(url, body, headers=headers, timeout=PATIENCE_SECONDS)


def detect(url: str, picture: bytes) -> requests.Response:
    body = json.dumps({"Image": {"Bytes": base64.b64encode(picture).decode()}}).encode()
    return call(url, "DetectFaces", body)


def code(answer: requests.Response) -> str:
    """The error's code, `OK` without one."""
    if answer.status_code == 200:
        return "OK"
    told = answer.json()
    assert told["__type"] == told["Code"]
    assert told["Message"]
    assert len(answer.content) < 100_000
    return str(told["Code"])


def documented(operation: str) -> set[str]:
    """What an operation may answer."""
    model = service_model().operation_model(operation)
    return {"OK", *UNDECLARED, *(shape.name for shape in model.error_shapes)} - {"InternalServerError"}


def assert_lives(url: str) -> None:
    assert requests.get(f"{url}/health", timeout=PATIENCE_SECONDS).json()["status"] == "ok"


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE_SECONDS)


def exchange(connection: socket.socket, request: bytes, end: bool = False) -> bytes:
    """Send bytes and read until the service ends the connection; with `end`, say that nothing more will come."""
    try:
        connection.sendall(request)
        if end:
            connection.shutdown(socket.SHUT_WR)
    except ConnectionError:
        pass  # it ended the connection already; what it said before is still there
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass  # it had enough of what was sent
    return b"".join(parts)


def process_of(url: str) -> psutil.Process:
    """The process that listens there."""
    port = urlsplit(url).port
    listening = (each for each in psutil.net_connections("tcp4") if each.status == psutil.CONN_LISTEN)
    (pid,) = (each.pid for each in listening if each.laddr and each.laddr.port == port)
    return psutil.Process(pid)


@dataclass
class Memory:
    """Bytes of a process: before, at most meanwhile (looked at often), afterwards."""

    before: int = 0
    most: int = 0
    after: int = 0


@contextmanager
def memory_of(process: psutil.Process) -> Iterator[Memory]:
    memory = Memory(before=process.memory_info().rss)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            memory.most = max(memory.most, process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield memory
    finally:
        done.set()
        watching.join()
        memory.after = process.memory_info().rss


def image(picture: bytes) -> dict[str, Any]:
    """An `Image` as JSON has it."""
    return {"Bytes": base64.b64encode(picture).decode()}
