"""Ten thousand executions and a thousand open questions: all of them can be reached, none is shown twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from homeward import bootstrap
from homeward.settings import Settings
from homeward.steps.list_executions import PAGE
from tests.contract.retention.sightings import Sightings
from tests.dags.desk import crowd

EXECUTIONS, REVIEWS = 10_000, 1_000
SitsDown = Callable[..., Any]


@pytest.fixture(scope="module", autouse=True)
def busy(settings: Settings, seen: Sightings) -> None:
    like = bootstrap.reviews().get(seen.pass_by(0))
    crowd.executions(settings, EXECUTIONS)
    crowd.reviews(settings, like, REVIEWS)


def listed(page: Page) -> list[str]:
    """The first link of each row leads to a detection."""
    links = page.locator("tbody tr").evaluate_all("rows => rows.map(row => row.querySelector('a').href)")
    return [link.rpartition("/")[2] for link in links]


def test_the_list_pages_through_them(sits_down: SitsDown) -> None:
    with sits_down("alex") as desk:
        page, found = desk.open("executions"), list[str]()
        for _ in range(4):
            found += listed(page)
            page.get_by_role("link", name="Older").click()
            page.wait_for_load_state()
        assert len(found) == len(set(found)) == 4 * PAGE
        page.get_by_role("button", name="Newer").click()
        page.wait_for_load_state()
        assert listed(page) == found[-PAGE:]


def test_rare_ones_are_found_among_all(sits_down: SitsDown) -> None:
    with sits_down("alex") as desk:
        page, found = desk.open("executions?camera=rare"), list[str]()
        while True:
            found += listed(page)
            further = page.get_by_role("link", name="Older").or_(page.get_by_role("link", name="Look further back"))
            if not further.count():
                break
            further.click()
            page.wait_for_load_state()
        assert len(found) == len(set(found)) == EXECUTIONS // 1000


def test_the_queue_shows_those_that_end_first_and_counts_all(sits_down: SitsDown) -> None:
    with sits_down("alex") as desk:
        page = desk.open("reviews")
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"{REVIEWS + 1:,} open")
        opened = bootstrap.reviews().list_open(50)
        assert listed(page) == [review["detection_id"] for review in opened]
        assert [review["expires_at"] for review in opened] == sorted(review["expires_at"] for review in opened)
