"""A network camera (MJPEG over HTTP) that does what it is told: shows, stops, freezes, changes, talks garbage."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np

Part = bytes | float  # what is sent next, or how many seconds nothing is
BOUNDARY = b"--frame\r\n"


def part(jpeg: bytes) -> bytes:
    """A JPEG as one part of the stream."""
    return BOUNDARY + b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg) + jpeg + b"\r\n"


def jpeg(width: int = 320, height: int = 240, shade: int = 90) -> bytes:
    """A grey picture."""
    return cv2.imencode(".jpg", np.full((height, width, 3), shade, np.uint8))[1].tobytes()


@contextmanager
def network_camera(show: Callable[[int], Iterator[Part]]) -> Iterator[str]:
    """Its address; `show(n)` says what the n-th connection (0, 1, ...) gets before it is closed."""
    connections = iter(range(1_000_000))
    left = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            try:
                for one in show(next(connections)):
                    if left.is_set():
                        return
                    if isinstance(one, float):
                        left.wait(one)
                    else:
                        self.wfile.write(one)
                        self.wfile.flush()
            except OSError:
                return  # the agent hung up

        def log_message(self, *_: Any) -> None:
            """Tests read the agent's log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/stream"
    finally:
        left.set()
        server.shutdown()
        server.server_close()


def steadily(pictures: list[bytes], seconds: float) -> Iterator[Part]:
    """The pictures, one every so many seconds."""
    for picture in pictures:
        yield part(picture)
        yield seconds


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for it."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)
