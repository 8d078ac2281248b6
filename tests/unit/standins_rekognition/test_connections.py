"""Bounds on connections and bodies, on a real socket and with less patience than the service has."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from standins.rekognition import bodies, connections
from standins.rekognition.bodies import MAX_BODY, Bodies, RequestTimeoutError, UnavailableError
from standins.rekognition.errors import RekognitionError, RequestTooLargeError

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
EMPTY = HEAD + b"Content-Length: 0\r\n\r\n"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with how many bytes came, or with the error's code."""
    try:
        async with Bodies(seconds=0.3).receive(Request(scope, receive)) as body:
            response = Response(str(len(body)))
    except RekognitionError as error:
        response = Response(error.code, status_code=error.status)
    await response(scope, receive, send)


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    config = uvicorn.Config(
        echo, http=connections.Connection, lifespan="off", log_config=None, log_level="error", timeout_keep_alive=1
    )
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    running.start()
    yield listening.getsockname()
    server.should_exit = True
    running.join()


def connected(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=20)


def until_closed(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@pytest.mark.parametrize("said", [b"", b"PO", HEAD, HEAD + b"X-Long: "])
def test_a_head_that_does_not_come_ends_the_connection(address: tuple[str, int], said: bytes) -> None:
    with connected(address) as connection:
        connection.sendall(said)
        assert until_closed(connection) == b""


def test_a_second_head_that_does_not_come_ends_it_too(address: tuple[str, int]) -> None:
    with connected(address) as connection:
        connection.sendall(EMPTY)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connection.sendall(b"P")
        assert until_closed(connection) == b""


def test_a_connection_is_kept_for_more_requests_than_patience_lasts(address: tuple[str, int]) -> None:
    with connected(address) as connection:
        for pause in (0, 0.5, 0.5):
            threading.Event().wait(pause)
            connection.sendall(HEAD + b"Content-Length: 3\r\n\r\nabc")
            assert connection.recv(1000).endswith(b"\r\n\r\n3")


def test_a_head_too_large_is_refused(address: tuple[str, int]) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD + b"X: " + b"x" * connections.MAX_HEAD)
        assert until_closed(connection).startswith(b"HTTP/1.1 431 ")


def test_a_body_that_does_not_come_is_told_to_be_late(address: tuple[str, int]) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD + b"Content-Length: 9\r\n\r\nabc")
        answer = connection.recv(1000)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert answer.endswith(b"RequestTimeoutException")


def test_a_body_that_nobody_wants_may_not_go_on_forever(address: tuple[str, int]) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD + b"Content-Length: 99999999\r\n\r\nabc")
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
        assert not accepts(connection, 200)


def accepts(connection: socket.socket, drips: int) -> bool:
    """Whether so many drips of a body are taken."""
    try:
        for _ in range(drips):
            connection.sendall(b"drip")
            threading.Event().wait(0.05)
    except ConnectionError:
        return False
    return True


def request_of(*parts: bytes, length: int | None = None) -> Request:
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def test_all_bodies_together_are_bounded_and_room_is_given_back() -> None:
    async def run() -> None:
        received = Bodies(together=10)
        async with received.receive(request_of(b"123", b"456")) as first:
            assert first == b"123456"
            async with received.receive(request_of(b"1234")) as second:
                assert second == b"1234"
                with pytest.raises(UnavailableError):
                    async with received.receive(request_of(b"1")):
                        pass
            async with received.receive(request_of(b"1234")):
                pass
        async with received.receive(request_of(b"1234567890")):
            pass

    asyncio.run(run())


@pytest.mark.parametrize("length", [None, MAX_BODY + 1])
def test_a_body_too_large_is_refused(length: int | None) -> None:
    async def run() -> None:
        with pytest.raises(RequestTooLargeError):
            async with Bodies().receive(request_of(*[bytes(MAX_BODY // 4)] * 5, length=length)):
                pass

    asyncio.run(run())


def test_an_operation_may_take_longer_than_its_request() -> None:
    async def run() -> None:
        async with Bodies(seconds=0.05).receive(request_of(b"x")):
            await asyncio.sleep(0.2)
        with pytest.raises(TimeoutError):
            async with Bodies().receive(request_of(b"x")):
                raise TimeoutError  # of the operation itself: not the caller's fault

    asyncio.run(run())
    assert issubclass(RequestTimeoutError, RekognitionError)
    assert bodies.MAX_TOGETHER >= 8 * MAX_BODY
