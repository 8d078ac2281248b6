"""Record Failure: audited once, queued and told every time."""

from __future__ import annotations

import pytest

from homeward.domain.runbooks import Runbook
from homeward.steps.record_failure import MAX_CAUSE, RecordFailure
from tests.factories import detection, frame
from tests.fakes import FakeDetections, FakeFrames, FakeOperators, FakePublisher, clock

EVENT = {
    "detection": detection().to_json(),
    "failure": {"Error": "ServiceUnavailableError", "Cause": "x" * (MAX_CAUSE + 1)},
    "execution": "arn:execution",
}


@pytest.mark.parametrize("state", ["RECEIVED", "SEARCHED", "ASSESSED", "RESERVED", "IN_REVIEW"])
def test_from_every_unfinished_state(state: str) -> None:
    store, publisher = FakeDetections({detection().detection_id: {"state": state}}), FakePublisher()
    operators = FakeOperators()
    step = RecordFailure(store, publisher, operators, clock, FakeFrames())
    assert step(EVENT) == {"outcome": "FAILED"}
    row = store.get(detection().detection_id)
    assert (row["state"], row["outcome"]) == ("FINISHED", "FAILED")
    assert len(row["failure"]["cause"]) == MAX_CAUSE
    assert [(event.outcome, event.reasons) for event in store.events] == [("FAILED", ("ServiceUnavailableError",))]
    assert publisher.letters[0]["error"] == "ServiceUnavailableError"
    ((_, text, runbook),) = operators.told
    assert "ServiceUnavailableError" in text
    assert runbook is Runbook.FAILED_DETECTIONS


def test_a_finished_detection_keeps_its_end_but_the_letter_is_sent_again() -> None:
    store = FakeDetections({detection().detection_id: {"state": "FINISHED", "outcome": "ALERTED"}})
    publisher, operators = FakePublisher(), FakeOperators()
    RecordFailure(store, publisher, operators, clock, FakeFrames())(EVENT)
    assert store.get(detection().detection_id)["outcome"] == "ALERTED"
    assert store.events == []
    assert len(publisher.letters) == len(operators.told) == 1


def test_a_frame_fails_on_the_same_path() -> None:
    store, publisher = FakeFrames({frame().frame_id: {"state": "DETECTED"}}), FakePublisher()
    event = {"frame": frame().to_json(), "failure": EVENT["failure"], "execution": "arn:execution"}
    RecordFailure(FakeDetections(), publisher, FakeOperators(), clock, store)(event)
    row = store.get(frame().frame_id)
    assert (row["state"], row["outcome"]) == ("FINISHED", "FAILED")
    assert [(one.subject, one.outcome) for one in store.events] == [(f"frame:{frame().frame_id}", "FAILED")]
    assert publisher.letters == [
        {"frame": frame().to_json(), "error": "ServiceUnavailableError", "execution": "arn:execution"}
    ]
