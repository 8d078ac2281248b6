"""A network camera: shows a recording again and again, as MJPEG over HTTP, in real time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av

from benchmarks.edge.videos import RATE


@contextmanager
def stream(path: Path) -> Iterator[str]:
    """Its address. The recording's own JPEGs are sent as they are."""
    with av.open(str(path)) as recording:
        pictures = [bytes(packet) for packet in recording.demux(video=0) if packet.size]
    left = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            began, number = time.monotonic(), 0
            while not left.wait(max(began + number / RATE - time.monotonic(), 0)):
                jpeg = pictures[number % len(pictures)]
                head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg)
                try:
                    self.wfile.write(head + jpeg + b"\r\n")
                except OSError:
                    return  # the agent hung up
                number += 1

        def log_message(self, *_: Any) -> None:
            """Only figures are told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        left.set()
        server.shutdown()
        server.server_close()
