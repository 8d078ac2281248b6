"""A web server that answers exactly what a test tells it, and remembers what it was asked."""

from __future__ import annotations

import json
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """`body` is bytes, something that becomes JSON, or an iterator of bytes, sent as they are."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False  # without a word


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    at: float
    port: int = 0  # the client's, which tells connections apart


@dataclass
class ScriptedServer:
    """`answers` maps a path to its answers; the last one repeats. `url` is where it listens."""

    url: str = ""
    answers: dict[str, list[Answer] | Callable[[Asked], Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        script = self.answers.get(asked.path, [Answer(status=404)])
        if callable(script):
            return script(asked)
        before = sum(other.path == asked.path for other in self.asked) - 1
        return script[min(before, len(script) - 1)]


@contextmanager
def scripted_server(tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    script = ScriptedServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else a body may wait for 40 ms behind its header

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            asked = Asked(self.command, self.path, dict(self.headers), body, time.monotonic(), self.client_address[1])
            self._send(script.answer(asked))

        do_POST = do_GET  # noqa: N815

        def _send(self, answer: Answer) -> None:
            if answer.hang_up:
                self.close_connection = True
                return
            endless = isinstance(answer.body, Iterator)
            body = answer.body if endless or isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            headers = {"Connection": "close"} if endless else {"Content-Length": str(len(body))}
            for name, value in {**headers, **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for chunk in body if endless else (body,):
                    self.wfile.write(chunk)
            except ConnectionError:  # the client has seen enough
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Tests look at `asked`."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A client that hangs up is no news; anything else is."""
            if not isinstance(sys.exc_info()[1], ConnectionError):
                super().handle_error(*_)

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    script.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
