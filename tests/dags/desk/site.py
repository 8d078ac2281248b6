"""Airflow's API server with the desk in it, and people who sit down at it with a browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page

from tests.serving import free_port

WIDTH, HEIGHT = 1280, 900
_PAINT = "performance.getEntriesByName('first-contentful-paint')"


def empty_database() -> None:
    """Make Airflow's metadata database, where no fixture has."""
    from airflow.utils import db

    db.initdb()


@contextmanager
def api_server() -> Iterator[str]:
    """Its address. Airflow's settings and its database are there already."""
    from airflow.api_fastapi.app import create_app, purge_cached_app

    purge_cached_app()
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    end = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < end
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
        purge_cached_app()


def token(name: str, role: str) -> str:
    """What Airflow's login gives a user of that role."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    return str(get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=name, role=role)))


@dataclass
class Desk:
    """One person's browser, logged in; `troubles` are what the browser complained about."""

    page: Page
    url: str
    troubles: list[str]

    def open(self, path: str) -> Page:
        """A page of the desk."""
        self.page.goto(f"{self.url}/homeward/desk/{path}")
        return self.page

    def painted(self) -> float:
        """Milliseconds from the request of the page to its first contentful paint."""
        while (painted := self.page.evaluate(f"{_PAINT}[0]?.startTime")) is None:
            self.page.wait_for_timeout(10)
        return float(painted)

    def answered(self) -> float:
        """Milliseconds from the request of the page to the last byte of the answer."""
        return float(self.page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd"))


@contextmanager
def sitting(
    chromium: Browser, url: str, name: str, role: str = "op", theme: Any = "light", width: int = WIDTH
) -> Iterator[Desk]:
    """A person at their desk."""
    context = chromium.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=theme)
    context.add_cookies([{"name": "_token", "value": token(name, role), "url": url}])
    page, troubles = context.new_page(), list[str]()
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    try:
        yield Desk(page, url, troubles)
    finally:
        context.close()
