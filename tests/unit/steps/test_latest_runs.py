"""Noting and reading the newest success of each job, and what syncs, reconciling and expiry note of theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from homeward.domain.errors import InputError
from homeward.domain.latest import Latest
from homeward.steps.latest_runs import LatestRuns
from tests.fakes import NOW, FakeObjects


@pytest.fixture
def latest() -> LatestRuns:
    objects: Any = FakeObjects()
    return LatestRuns(objects, "cases")


def test_there_is_none_at_first(latest: LatestRuns) -> None:
    assert latest.read("reconcile") is None


def test_the_newest_stays(latest: LatestRuns) -> None:
    for hours in (5, 3, 9):
        latest.note("reconcile", Latest(f"run-{hours}", NOW - timedelta(hours=hours)))
    found = latest.read("reconcile")
    assert found
    assert found.run == "run-3"
    assert latest.read("expire") is None


def test_what_cannot_be_read_is_told_and_the_next_success_replaces_it(latest: LatestRuns) -> None:
    latest.objects.put("cases", "latest/reconcile.json", b"{", "application/json")
    with pytest.raises(InputError):
        latest.read("reconcile")
    latest.note("reconcile", Latest("run", NOW))
    assert latest.read("reconcile") == Latest("run", NOW)
