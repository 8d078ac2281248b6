"""The desk for real: the deployed stack, people who do not exist, Airflow's own API server, and a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.browser import browser
from tests.contract.adapters.conftest import portraits
from tests.contract.namus_client.scripted import ScriptedServer, scripted_server
from tests.contract.retention.sightings import Sightings, settled
from tests.dags.desk.site import api_server, sitting
from tests.deployed import deployed

__all__ = ["portraits"]
PHONE = "+15555550100"


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
    with api_server() as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture
def sits_down(url: str, chromium: Browser) -> Callable[..., Any]:
    """`with sits_down("alex", role="op", theme="light", width=1280) as desk`: a person at their desk."""
    return partial(sitting, chromium, url)


@pytest.fixture
def screenshot(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Page, str], None]:
    """Keep a picture of the page; those of docs/desk.md are made with `--screenshots docs/images/desk`."""
    folder = Path(request.config.getoption("--screenshots") or tmp_path)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=80)

    return keep
