"""The desk for real: the deployed stack, people who do not exist, Airflow's own API server, and a browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.browser import browser
from tests.contract.adapters.conftest import portraits
from tests.contract.namus_client.scripted import ScriptedServer, scripted_server
from tests.contract.retention.sightings import Sightings, settled
from tests.deployed import deployed
from tests.serving import free_port

__all__ = ["portraits"]
PHONE = "+15555550100"
WIDTH, HEIGHT = 1280, 900


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with deployed(tmp_path_factory.mktemp("desk"), "homeward") as settings:
        bootstrap.settings.cache_clear()
        client("sns").subscribe(TopicArn=settings[Setting.ALERT_TOPIC_ARN], Protocol="sms", Endpoint=PHONE)
        yield settings
    bootstrap.settings.cache_clear()


@pytest.fixture(scope="module")
def source() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture(scope="module")
def seen(settings: Settings, portraits: Portraits, source: ScriptedServer) -> Sightings:
    """Two cases at home, with records as NamUs writes them."""
    return settled(settings, portraits, source, name="namus")


@pytest.fixture(scope="module")
def url(airflow_database: None) -> Iterator[str]:
    """Airflow's API server with our plugin in it."""
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
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)
    purge_cached_app()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


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
        """Seconds from the request of the page to its first contentful paint."""
        self.page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        return float(self.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")) / 1000


@pytest.fixture
def sits_down(url: str, chromium: Browser) -> Callable[..., Any]:
    """`with sits_down("alex", role="op", theme="light", width=1280) as desk`: a person at their desk."""

    @contextmanager
    def sit(name: str, role: str = "op", theme: Any = "light", width: int = WIDTH) -> Iterator[Desk]:
        context = chromium.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=theme)
        context.add_cookies([{"name": "_token", "value": token(name, role), "url": url}])
        page, troubles = context.new_page(), list[str]()
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        yield Desk(page, url, troubles)
        context.close()

    return sit


@pytest.fixture
def screenshot(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Page, str], None]:
    """Keep a picture of the page; in docs/desk with `--screenshots docs/desk`."""
    folder = Path(request.config.getoption("--screenshots") or tmp_path)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return keep
