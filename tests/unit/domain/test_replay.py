"""What of a replay is compared, counted and shown."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.domain import replay
from homeward.domain.replay import build_report, change, is_enough, judgement, matches_under
from homeward.domain.replay_page import replay_page
from tests.factories import policy

PLAN = {
    "run": "manual-1",
    "since": "2026-11-15T00:00:00.000Z",
    "until": "2026-11-22T00:00:00.000Z",
    "policy": "policy/2.json",
    "policy_version": "2",
    "collection": "",
    "made_at": "2026-11-22T01:00:00.000Z",
    "batches": {"0000": []},
}


def judged(verdict: str, case: str | None = "namus:MP:1", similarity: float | None = 99.25) -> dict[str, Any]:
    return {"verdict": verdict, "reasons": ["BELOW_ALERT_THRESHOLD"], "case": case, "similarity": similarity}


NOBODY = {"verdict": "NOBODY", "reasons": [], "case": None, "similarity": None}


def result(old: dict[str, Any], new: dict[str, Any] | None, why: str = "", source: str = "STORED") -> dict[str, Any]:
    known = {"detection": "entrance-1", "captured_at": "x", "place": "central", "outcome": "ALERTED"}
    return {**known, "source": source, "old": old, "new": new, "why": why}


def search(*similarities: float, **more: Any) -> dict[str, Any]:
    return {"outcome": "MATCHES", "matches": [{"similarity": one} for one in similarities], **more}


def test_the_stored_matches_suffice_where_the_new_search_would_find_no_more() -> None:
    assert is_enough(search(threshold=80.0), policy(search_threshold=80.0), "")
    assert is_enough(search(threshold=80.0, collection="a"), policy(search_threshold=90.0), "a")
    assert not is_enough(search(threshold=80.0), policy(search_threshold=79.9), "")
    assert not is_enough(search(threshold=80.0, collection="a"), policy(), "b")
    assert not is_enough(search(), policy(), "")


def test_stored_matches_are_cut_to_what_the_policy_would_have_seen() -> None:
    strict = policy(search_threshold=90.0, search_max_faces=2)
    assert [match["similarity"] for match in matches_under(search(85, 91, 99, 95), strict)["matches"]] == [99, 95]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (judged("ALERT"), judged("ALERT"), None),
        (judged("ALERT"), judged("ALERT", "namus:MP:2"), "ALERT -> ALERT of another case"),
        (judged("ALERT"), judged("REVIEW"), "ALERT -> REVIEW"),
        (judged("DISCARD"), judged("DISCARD", "namus:MP:2"), None),
        (NOBODY, judged("REVIEW"), "NOBODY -> REVIEW"),
        (judged("REVIEW"), None, None),
    ],
)
def test_a_change_is_what_somebody_would_notice(old: Any, new: Any, what: str | None) -> None:
    assert change(result(old, new)) == what


def test_a_detection_without_a_decision_was_nobody() -> None:
    assert judgement(None) == NOBODY


def test_the_report_counts_all_and_lists_what_differs() -> None:
    results = [
        result(judged("ALERT"), judged("ALERT")),
        result(judged("ALERT"), judged("REVIEW")),
        result(NOBODY, judged("ALERT"), source="SEARCHED"),
        result(NOBODY, None, "the picture is gone", "NONE"),
    ]
    report = build_report(PLAN, results, ["0007"])
    assert report["detections"] == 4
    assert report["verdicts"] == {"ALERT -> ALERT": 1, "ALERT -> REVIEW": 1, "NOBODY -> ALERT": 1}
    assert report["changes"] == {"ALERT -> REVIEW": 1, "NOBODY -> ALERT": 1}
    assert report["sources"] == {"STORED": 2, "SEARCHED": 1, "NONE": 1}
    assert report["unknown"] == {"the picture is gone": 1}
    assert [one["change"] for one in report["differing"]] == ["ALERT -> REVIEW", "NOBODY -> ALERT"]
    assert (report["listed_all"], report["missing_batches"]) == (True, ["0007"])


def test_a_long_list_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MAX_LISTED", 2)
    report = build_report(PLAN, [result(judged("ALERT"), judged("REVIEW"))] * 3, [])
    assert (len(report["differing"]), report["listed_all"]) == (2, False)
    assert report["changes"] == {"ALERT -> REVIEW": 3}
    assert "and more" in replay_page(report)


def test_the_page_shows_verdicts_changes_and_what_nobody_can_tell() -> None:
    results = [result(judged("REVIEW"), judged("ALERT", similarity=99.99)), result(NOBODY, None, "<gone>", "NONE")]
    page = replay_page(build_report({**PLAN, "run": "<b>"}, results, ["0003"]))
    assert "&lt;b&gt;" in page
    assert "<b>&lt;" not in page.split("<small>")[0]
    assert "ALERT 99.9" in page
    assert "&lt;gone&gt;" in page
    assert "batch 0003" in page
    assert "<script" not in page


def test_an_empty_replay_has_a_page_too() -> None:
    assert '<p class="none">none</p>' in replay_page(build_report(PLAN, [], []))
