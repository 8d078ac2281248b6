"""Record Failure: the one path that every unexpected error takes. Audited, queued, and told to the operators."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import UNFINISHED, DetectionState, Outcome
from homeward.domain.errors import ConflictError
from homeward.domain.ports import Clock, DeadLetters, DetectionStore, Publisher

MAX_CAUSE = 1000  # characters; causes carry stack traces


@dataclass(frozen=True, slots=True)
class RecordFailure:
    """Any unfinished state -> FINISHED as FAILED; then the dead-letter queue, then the operators' topic."""

    detections: DetectionStore
    dead_letters: DeadLetters
    publisher: Publisher
    topic_arn: str
    clock: Clock
    actor: str = "function:record_failure"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "failure": {"Error", "Cause"}, "execution"}`."""
        detection_id = str(event["detection"]["detection_id"])
        error, cause = str(event["failure"].get("Error", "")), str(event["failure"].get("Cause", ""))[:MAX_CAUSE]
        record = audit_event(
            self.clock(), self.actor, "record_failure", f"detection:{detection_id}", Outcome.FAILED, reasons=(error,)
        )
        changes = {"failure": {"error": error, "cause": cause}}
        with suppress(ConflictError):  # finished already: an earlier try of this step came through
            self.detections.advance(detection_id, UNFINISHED, DetectionState.FINISHED, changes, record, Outcome.FAILED)
        letter = {"detection": event["detection"], "error": error, "execution": event["execution"]}
        self.dead_letters.send(letter)
        text = f"Detection {detection_id} failed with {error}; it waits in the dead-letter queue. {event['execution']}"
        self.publisher.publish(self.topic_arn, "Homeward: a detection failed", {"default": text}, {"error": error})
        return {"outcome": Outcome.FAILED.value}
