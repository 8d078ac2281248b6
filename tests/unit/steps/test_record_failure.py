"""Record Failure: audited once, queued and told every time."""

from __future__ import annotations

import pytest

from homeward.steps.record_failure import MAX_CAUSE, RecordFailure
from tests.factories import detection
from tests.fakes import FakeDetections, FakePublisher, clock

EVENT = {
    "detection": detection().to_json(),
    "failure": {"Error": "ServiceUnavailableError", "Cause": "x" * (MAX_CAUSE + 1)},
    "execution": "arn:execution",
}


@pytest.mark.parametrize("state", ["RECEIVED", "SEARCHED", "ASSESSED", "RESERVED", "IN_REVIEW"])
def test_from_every_unfinished_state(state: str) -> None:
    store, publisher = FakeDetections({detection().detection_id: {"state": state}}), FakePublisher()
    assert RecordFailure(store, publisher, publisher, "arn:topic", clock)(EVENT) == {"outcome": "FAILED"}
    row = store.get(detection().detection_id)
    assert (row["state"], row["outcome"]) == ("FINISHED", "FAILED")
    assert len(row["failure"]["cause"]) == MAX_CAUSE
    assert [(event.outcome, event.reasons) for event in store.events] == [("FAILED", ("ServiceUnavailableError",))]
    assert publisher.letters[0]["error"] == "ServiceUnavailableError"
    assert publisher.published[0][0] == "arn:topic"


def test_a_finished_detection_keeps_its_end_but_the_letter_is_sent_again() -> None:
    store = FakeDetections({detection().detection_id: {"state": "FINISHED", "outcome": "ALERTED"}})
    publisher = FakePublisher()
    RecordFailure(store, publisher, publisher, "arn:topic", clock)(EVENT)
    assert store.get(detection().detection_id)["outcome"] == "ALERTED"
    assert store.events == []
    assert len(publisher.letters) == len(publisher.published) == 1
