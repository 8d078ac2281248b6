"""What a run of redrive_stuck leaves in the audit log."""

from __future__ import annotations

from homeward.steps.redrive_round import go_round
from homeward.steps.summarise_redrive import SummariseRedrive
from tests.fakes import FakeLog, clock


def test_a_run_that_did_nothing_leaves_no_event() -> None:
    log = FakeLog()
    quiet = {"redrive_reviews": {"counts": {"OPEN": 4, "RUNS": 2}, "problems": []}, "x": go_round([], str)}
    assert SummariseRedrive(log, clock, "test")("run-1", quiet) == {
        "counts": {"redrive_reviews": {"OPEN": 4, "RUNS": 2}},
        "problems": [],
    }
    assert log.events == []


def test_what_was_done_is_told() -> None:
    log = FakeLog()
    SummariseRedrive(log, clock, "test")("run-1", {"redrive_alerts": {"counts": {"RESTART": 1}, "problems": []}})
    (event,) = log.events
    assert (event.subject, event.outcome, event.details) == (
        "run:run-1",
        "COMPLETE",
        {"redrive_alerts": {"RESTART": 1}},
    )


def test_what_was_left_and_what_failed_is_told() -> None:
    log = FakeLog()
    left = {"redrive_alerts": {"counts": {"LEFT": 1}, "problems": ["ThrottledError: x"]}, "redrive_reviews": None}
    problems = SummariseRedrive(log, clock, "test")("run-1", left)["problems"]
    assert problems == ["redrive_alerts: ThrottledError: x", "redrive_reviews: failed; see its log"]
    assert log.events[0].outcome == "INCOMPLETE"
