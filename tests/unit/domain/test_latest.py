"""The newest success of a job: what is kept, what replaces what, and what can't be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from homeward.domain.errors import InputError
from homeward.domain.latest import Latest, latest_key, sync_job

NOW = datetime(2026, 11, 22, 21, 15, 3, 123000, tzinfo=UTC)


def test_it_comes_back_as_it_was_stored() -> None:
    latest = Latest("scheduled__1-abc", NOW, 7)
    assert Latest.from_json(latest.to_json()) == latest
    assert Latest.from_json(latest.to_json().encode()) == latest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "7",
        '"x"',
        "{",
        b"\xff",
        "{}",
        '{"run": "r", "left": 0}',
        '{"run": "r", "at": "yesterday", "left": 0}',
        '{"run": "r", "at": 7, "left": 0}',
        '{"run": "r", "at": "2026-11-22T21:15:00", "left": 0}',
        '{"run": "r", "at": "2026-11-22T21:15:00+00:00", "left": null}',
        '{"run": "r", "at": "2026-11-22T21:15:00+00:00", "left": "many"}',
    ],
)
def test_what_is_none_is_refused(text: str | bytes) -> None:
    with pytest.raises(InputError):
        Latest.from_json(text)


def test_a_backfill_of_long_ago_says_nothing_about_now() -> None:
    newest = Latest("a", NOW)
    assert newest.replaces(None)
    assert Latest("b", NOW).replaces(newest)
    assert Latest("b", NOW + timedelta(hours=1)).replaces(newest)
    assert not Latest("b", NOW - timedelta(days=300)).replaces(newest)


def test_each_source_has_its_own() -> None:
    assert latest_key(sync_job("namus")) == "latest/sync-namus.json"
    assert latest_key(sync_job("fbi")) != latest_key(sync_job("namus"))
