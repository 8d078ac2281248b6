"""A scripted server, and a client of it whose pace and breaker are this test's own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from homeward.adapters.sources.namus import NamusSource
from homeward.adapters.sources.site import Site
from homeward.adapters.sources.web import SiteClient
from tests.contract.namus_client.index import Index
from tests.contract.namus_client.scripted import ScriptedServer, scripted_server

ReadIndex = Callable[..., NamusSource]


@pytest.fixture(autouse=True)
def sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the sheets that processes share."""
    folder = tmp_path / "sheets"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def site(server: ScriptedServer) -> Site:
    return Site("HOMEWARD_NAMUS", server.url, requests_per_second=0, pause_seconds=0.01)


@pytest.fixture
def client(site: Site) -> SiteClient:
    return SiteClient(site)


@pytest.fixture
def reads(server: ScriptedServer, client: SiteClient) -> ReadIndex:
    """Serve an index, and return a source that reads it; small pages and windows show what large ones do."""

    def source(index: Index, page: int = 2_000, window: int = 10_000) -> NamusSource:
        index.serve(server)
        index.window = window
        return NamusSource(client, page=page, window=window)

    return source
