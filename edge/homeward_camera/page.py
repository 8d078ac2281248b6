"""The health page at 127.0.0.1: for people at `/`, for programs at `/health.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import MappingProxyType
from typing import Any

from homeward_camera.errors import ConfigError
from homeward_camera.health import Health
from homeward_camera.preview import Preview

HOST = "127.0.0.1"
PREVIEW_SECONDS = 5.0  # without a new picture the last one is sent again, to notice that nobody looks
STYLE = """body{font:16px system-ui,sans-serif;margin:2rem;color-scheme:light dark}table{border-collapse:collapse}
td,th{padding:.3rem .8rem;text-align:right;border-bottom:1px solid #8884}td:first-child,th:first-child{text-align:left}
figure{margin:1rem 0}.bad{color:#c22;font-weight:600;text-align:left}"""
COLUMNS = {
    "frames": "frames", "faces": "faces seen", "too_small": "too small", "shots": "shots", "uploaded": "uploaded",
    "waiting": "waiting", "dropped": "dropped", "unreadable": "unreadable", "reconnects": "reconnects",
    "clock_skew_ms": "clock, ms", "last_frame_at": "last frame (UTC)", "last_upload_at": "last upload (UTC)",
}  # fmt: skip


class Page:
    """Serves the health of some cameras, and while they are set up what they see, until closed."""

    def __init__(self, port: int, healths: Sequence[Health], previews: Mapping[str, Preview] | None = None) -> None:
        """Raises ConfigError when the port is taken."""
        handler = type("Handler", (_Handler,), {"healths": healths, "previews": previews or {}})
        try:
            self._server = ThreadingHTTPServer((HOST, port), handler)
        except OSError as error:
            raise ConfigError(f"page_port {port} can't be used: {error.strerror}") from error
        self._server.daemon_threads = True
        self.address = f"http://{HOST}:{self._server.server_port}"
        Thread(target=self._server.serve_forever, name="page", daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    healths: Sequence[Health] = ()
    previews: Mapping[str, Preview] = MappingProxyType({})
    timeout = 10  # seconds; a caller that says nothing holds no thread

    def do_GET(self) -> None:
        states = [health.to_json() for health in self.healths]
        if self.path == "/health.json":
            fine = not any(state["troubles"] for state in states)
            status = HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE
            self._answer(status, "application/json", json.dumps({"cameras": states}, indent=1))
        elif self.path == "/":
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", page_of(states, list(self.previews)))
        elif preview := self.previews.get(self.path.removeprefix("/preview/")):
            self._play(preview)
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "only / and /health.json")

    def _play(self, preview: Preview) -> None:
        """One JPEG after the other, until the browser goes away."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        number = 0
        with suppress(ConnectionError, TimeoutError):
            while True:
                number, jpeg = preview.next(number, PREVIEW_SECONDS)
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode() + jpeg + b"\r\n")

    def _answer(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        """Logs are for what the cameras do."""


def page_of(states: Sequence[dict[str, Any]], previews: Sequence[str] = ()) -> str:
    """The page: a row for each camera, below it what is wrong with it, and what the cameras in `previews` see."""
    head = "".join(f"<th>{title}</th>" for title in ("camera", *COLUMNS.values()))
    rows = "".join(_row(state) for state in states)
    seen = "".join(
        f'<figure><img src="/preview/{one}" alt=""><figcaption>{one}</figcaption></figure>' for one in previews
    )
    # With pictures the page isn't loaded again: they would begin anew each time.
    refresh = "" if previews else '<meta http-equiv="refresh" content="5">'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        f"<title>homeward-camera</title><style>{STYLE}</style></head><body><h1>homeward-camera</h1>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{seen}</body></html>"
    )


def _row(state: dict[str, Any]) -> str:
    cells = "".join(f"<td>{escape(_cell(state[column]))}</td>" for column in COLUMNS)
    troubles = "".join(
        f'<tr><td></td><td class="bad" colspan="{len(COLUMNS)}">{escape(name)}: {escape(text)}</td></tr>'
        for name, text in state["troubles"].items()
    )
    return f"<tr><td>{escape(state['camera'])} at {escape(state['place'])}</td>{cells}</tr>{troubles}"


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return str(value)[:19].replace("T", " ") if isinstance(value, str) else f"{value:,}"
