"""How a reconcile run ends, whom it wakes, and what its page shows."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.domain.reconcile_report import MEANING, SHOWN, alarm_text, build_report, drift_left, reconcile_page
from homeward.domain.reconciliation import Drift

REPAIRABLE = {"drift": "FACE_MISSING", "repair": "INDEX_AGAIN", "photo": "namus:MP:1:1:a"}
FETCHED = {"drift": "CASE_MISSING", "repair": "FETCH_AGAIN", "case": "namus:MP:1"}
FACELESS = {"drift": "CASE_FACELESS", "case": "namus:MP:1"}
FOREIGN = {"drift": "FACE_FOREIGN", "face_id": "face-7", "reason": "<b>holiday</b>"}


def survey(*findings: dict[str, str]) -> dict[str, Any]:
    found: dict[str, int] = {}
    for one in findings:
        found[one["drift"]] = found.get(one["drift"], 0) + 1
    repairs = sum("repair" in one for one in findings)
    held = {"cases": 1, "photos": 2, "faces": 3, "objects": 4}
    kept = {"at": "2026-11-23T04:30:00Z", "held": held, "sources": {}}
    return {**kept, "found": found, "repairs": repairs, "findings": list(findings)}


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (survey(), None, "AGREED"),
        (survey(), survey(), "AGREED"),
        (survey(FOREIGN), survey(FOREIGN), "AGREED"),
        (survey(REPAIRABLE), None, "UNCHANGED"),
        (survey(REPAIRABLE), survey(), "REPAIRED"),
        (survey(REPAIRABLE, FETCHED), survey(FETCHED), "WAITING"),
        (survey(REPAIRABLE), survey(REPAIRABLE), "LEFT"),
        (survey(FETCHED), survey(FETCHED, REPAIRABLE), "LEFT"),
    ],
)
def test_how_a_run_ends(before: dict[str, Any], after: dict[str, Any] | None, outcome: str) -> None:
    assert build_report("r", before, after)["outcome"] == outcome


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        (survey(), None, 0),
        (survey(REPAIRABLE, FETCHED), survey(FETCHED), 0),
        (survey(REPAIRABLE, FETCHED), survey(REPAIRABLE, FETCHED), 1),
        (survey(REPAIRABLE, REPAIRABLE, FETCHED), None, 3),
        (survey(FETCHED, FETCHED), None, 2),
        (survey(FOREIGN), survey(FOREIGN), 1),
        (survey(FACELESS), survey(FACELESS), 0),
        (survey(REPAIRABLE), survey(FOREIGN, FACELESS), 1),
    ],
)
def test_what_is_left_counts_where_nothing_mends_it(
    before: dict[str, Any], after: dict[str, Any] | None, left: int
) -> None:
    """A lost table whose repair was refused must not look like agreement."""
    assert drift_left(build_report("r", before, after)) == left


def test_only_what_a_person_must_see_wakes_one() -> None:
    assert alarm_text(build_report("r", survey(REPAIRABLE), survey())) is None
    assert alarm_text(build_report("r", survey(FETCHED), survey(FETCHED))) is None
    left = alarm_text(build_report("r", survey(REPAIRABLE), survey(REPAIRABLE)))
    assert left is not None
    assert "1 FACE_MISSING" in left
    foreign = alarm_text(build_report("r", survey(FOREIGN), survey(FOREIGN)))
    assert foreign is not None
    assert "1 FACE_FOREIGN" in foreign
    assert "holiday" not in foreign, "what strangers wrote stays out of messages"


def test_the_page_shows_kinds_with_their_meaning_and_escapes_what_is_foreign() -> None:
    page = reconcile_page(build_report("r<1>", survey(REPAIRABLE, FOREIGN), survey(FOREIGN)))
    assert "r&lt;1&gt;" in page
    assert "&lt;b&gt;holiday" in page
    assert "<b>holiday" not in page
    assert MEANING[Drift.FACE_MISSING] in page
    assert "REPAIRED" in page
    assert "nothing: all three agree" in reconcile_page(build_report("r", survey(), survey()))


def test_a_long_list_is_cut_and_says_so() -> None:
    page = reconcile_page(build_report("r", survey(*[REPAIRABLE] * (SHOWN + 5)), None))
    assert "and 5 more in report.json" in page
    assert page.count("namus:MP:1:1:a") == SHOWN


def test_every_kind_of_drift_is_explained() -> None:
    assert set(MEANING) == set(Drift)
