"""The page of a camera's health."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeward_camera.errors import ConfigError, SourceError
from homeward_camera.page import Page
from tests.unit.edge.watching import Post


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(tmp_path)


@pytest.fixture
def page(post: Post) -> Iterator[Page]:
    served = Page(0, [post.health])
    yield served
    served.close()


def read(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_it_listens_on_this_machine_only(page: Page) -> None:
    assert page.address.startswith("http://127.0.0.1:")


def test_people_see_counts_and_troubles_and_no_markup_of_others(page: Page, post: Post) -> None:
    post.health.counts.faces = 12345
    post.health.source.happened(SourceError("<script>alert(1)</script>"))
    status, text = read(page.address)
    assert status == 200
    assert "12,345" in text
    assert "&lt;script&gt;" in text
    assert "<script>" not in text


def test_programs_see_whether_all_is_well(page: Page, post: Post) -> None:
    status, text = read(f"{page.address}/health.json")
    assert status == 200
    assert json.loads(text)["cameras"][0]["camera"] == "lobby"
    post.health.source.happened(SourceError("off"))
    status, text = read(f"{page.address}/health.json")
    assert status == 503
    assert json.loads(text)["cameras"][0]["troubles"] == {"source": "off"}


def test_nothing_else_is_there(page: Page) -> None:
    assert read(f"{page.address}/../etc/passwd")[0] == 404


def test_a_taken_port_is_told(page: Page, post: Post) -> None:
    with pytest.raises(ConfigError, match="page_port"):
        Page(int(page.address.rpartition(":")[2]), [post.health])
