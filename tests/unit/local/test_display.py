"""What the demo prints."""

from __future__ import annotations

import io

from rich.console import Console

from homeward.domain.alerts import shown
from homeward.local.display import Steps, alert_panel, faces_table, sync_lines
from homeward.local.part import Event, State
from homeward.local.playback import Face

ROW = {
    "state": "FINISHED",
    "outcome": "ALERTED",
    "place": "entrance",
    "captured_at": "2026-11-22T21:15:00.123Z",
    "decision": {
        "verdict": "ALERT",
        "reasons": ["ABOVE_ALERT_THRESHOLD"],
        "policy_version": "demo-1",
        "best": {"case": "namus:MP:51557", "similarity": 99.98},
        "thresholds": {"review": 90.0, "alert": 95.0},
        "group": "Female / Asian / 30-49",
    },
}
ALERTED = Face("entrance-0001.jpg", [10, 20, 100, 120], "entrance-1", ROW, "Tess Synthetic-Sample")
NOBODY = Face("entrance-0002.jpg", [1, 2, 30, 40], "entrance-2", {"state": "FINISHED", "outcome": "NO_CANDIDATE"})


def printed(*things: object) -> str:
    file = io.StringIO()
    console = Console(file=file, width=200)
    for thing in things:
        console.print(thing)
    return file.getvalue()


def test_every_face_has_a_row_with_case_similarity_decision_and_reasons() -> None:
    text = printed(faces_table([ALERTED, NOBODY]))
    for part in ("entrance-0001.jpg", "10,20 100x120", "namus:MP:51557 Tess", "99.9", "ALERTED", "ABOVE_ALERT"):
        assert part in text
    assert "NO_CANDIDATE" in text


def test_the_alert_says_who_how_sure_where_why_and_under_which_policy() -> None:
    text = printed(alert_panel(ALERTED, "the SMS", ["the story"]))
    for part in ("lead, not an identification", "Tess", "99.9", "95.0", "entrance", "demo-1", "the SMS", "the story"):
        assert part in text


def test_a_similarity_is_never_rounded_up() -> None:
    assert [shown(value) for value in (99.98, 100.0, 89.99)] == ["99.9", "100.0", "89.9"]


def test_without_a_terminal_steps_are_plain_lines_and_end_once() -> None:
    file = io.StringIO()
    with Steps(Console(file=file, width=100)) as steps:
        steps.part(Event("cloud", State.STARTING))
        for _ in range(3):
            steps.update("ingest", 7, 7)
        steps.part(Event("cloud", State.READY))
    lines = file.getvalue().splitlines()
    assert len([line for line in lines if line.startswith("ingest: done")]) == 1
    assert lines[0] == "start cloud: 0/1 starting"
    assert lines[-1].startswith("start cloud: done in")


def test_the_sync_is_told_in_lines() -> None:
    assert sync_lines({"cases": {"NEW": 2}, "photos": {}, "index": {"INDEXED": 1}})[0] == "cases: NEW 2"
