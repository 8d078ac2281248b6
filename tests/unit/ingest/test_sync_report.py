"""The report of a run: sums, problems, and a page that nothing from outside can break."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from homeward.domain.sync_page import report_page
from homeward.domain.sync_report import MAX_FAILURES, RunFiles, build_report

BEGAN, NOW = "2026-11-22T00:00:00+00:00", datetime(2026, 11, 22, 0, 1, 30, tzinfo=UTC)
EVIL = "<script>alert('x')</script>"


def files(**changes: Any) -> RunFiles:
    batch = {"cases": {"NEW": 2}, "photos": {"ADMITTED": 3}, "failures": [], "traffic": {"requests": 5, "bytes": 700}}
    whole: dict[str, Any] = {
        "run": "scheduled-1",
        "sweep": {
            "cases": 10,
            "expected": 10,
            "complete": True,
            "began": BEGAN,
            "notes": [],
            "traffic": {"requests": 3, "bytes": 1000},
        },
        "plan": {
            "since": "a",
            "until": "b",
            "counts": {"new": 4, "unchanged": 6},
            "absent": {"7": None},
            "batches": ["0", "1"],
        },
        "fetched": [batch, batch],
        "withdrawn": {"cases": {"MISSED_ONCE": 1}, "traffic": {"requests": 1, "bytes": 10}},
        "removed": {"photos": 0, "faces": 0},
        "indexed": {"INDEXED": 5, "NO_FACE": 1},
        "leaving": 0,
        "now": NOW,
    }
    return RunFiles(**{**whole, **changes})


def test_the_sums() -> None:
    report = build_report(files())
    assert (report["outcome"], report["problems"]) == ("COMPLETE", [])
    assert report["cases"] == {"NEW": 4}
    assert report["photos"] == {"ADMITTED": 6}
    assert report["diff"] == {"new": 4, "unchanged": 6, "absent": 1}
    assert report["traffic"] == {"requests": 14, "bytes": 2410}
    assert report["seconds"] == 90.0
    assert report["cost"] == {"index_faces_calls": 6, "usd": 0.006}


FAILURE = {"case": "namus:MP:1", "error": "SourceError", "problem": EVIL}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sweep": None}, "the sweep did not finish"),
        ({"plan": None, "fetched": []}, "the cases were not compared"),
        ({"fetched": [None, None]}, "batches that were not fetched: 2"),
        ({"withdrawn": None}, "the absent cases were not looked at"),
        ({"withdrawn": {"cases": {"UNSURE": 2}, "traffic": {}}}, "absent cases that could not be looked at: 2"),
        ({"leaving": 3}, "faces that still wait to be removed: 3"),
        ({"indexed": None}, "the photos were not listed"),
        ({"indexed": {"ADMITTED": 4}}, "photos that still wait to be indexed: 4"),
    ],
)
def test_what_is_missing_is_said_and_the_page_can_show_it(changes: dict[str, Any], problem: str) -> None:
    report = build_report(files(**changes))
    assert (report["outcome"], report["problems"]) == ("INCOMPLETE", [problem])
    assert problem in report_page(report)


def test_failures_are_all_counted_and_some_are_named() -> None:
    many = [{**FAILURE, "case": f"namus:MP:{number}"} for number in range(MAX_FAILURES + 5)]
    batch = {"cases": {"FAILED": len(many)}, "photos": {}, "failures": many, "traffic": {}}
    report = build_report(files(fetched=[batch]))
    assert report["problems"] == [f"cases that failed: {MAX_FAILURES + 5}"]
    assert len(report["failures"]) == MAX_FAILURES


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_what_comes_from_outside_is_text_on_the_page() -> None:
    batch = {"cases": {EVIL: 1}, "photos": {EVIL: 1}, "failures": [FAILURE], "traffic": {}}
    page = Tags()
    page.feed(report_page(build_report(files(run=EVIL, fetched=[batch]))))
    assert "script" not in page.seen
    assert page.text.count(EVIL) == 5  # title, heading, two tables, failures
