"""Record Failure: the one path that every unexpected error takes. Audited, queued, and told to the operators."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import UNFINISHED, DetectionState, Outcome
from homeward.domain.errors import ConflictError
from homeward.domain.frames import UNFINISHED_FRAMES, FrameOutcome, FrameState
from homeward.domain.ports import Clock, DeadLetters, DetectionStore, FrameStore, Operators
from homeward.domain.runbooks import Runbook

MAX_CAUSE = 1000  # characters; causes carry stack traces


@dataclass(frozen=True, slots=True)
class RecordFailure:
    """Any unfinished state -> FINISHED as FAILED; then the dead-letter queue, then the operators."""

    detections: DetectionStore
    dead_letters: DeadLetters
    operators: Operators
    clock: Clock
    frames: FrameStore
    actor: str = "function:record_failure"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection" or "frame", "failure": {"Error", "Cause"}, "execution"}`."""
        kind = "frame" if "frame" in event else "detection"
        work_id = str(event[kind][f"{kind}_id"])
        error, cause = str(event["failure"].get("Error", "")), str(event["failure"].get("Cause", ""))[:MAX_CAUSE]
        record = audit_event(
            self.clock(), self.actor, "record_failure", f"{kind}:{work_id}", Outcome.FAILED, reasons=(error,)
        )
        changes = {"failure": {"error": error, "cause": cause}}
        with suppress(ConflictError):  # finished already: an earlier try of this step came through
            if kind == "frame":
                end = (FrameState.FINISHED, changes, record, FrameOutcome.FAILED)
                self.frames.advance(work_id, UNFINISHED_FRAMES, *end)
            else:
                self.detections.advance(work_id, UNFINISHED, DetectionState.FINISHED, changes, record, Outcome.FAILED)
        letter = {kind: event[kind], "error": error, "execution": event["execution"]}
        self.dead_letters.send(letter)
        text = f"The {kind} {work_id} failed with {error}; it waits in the dead-letter queue. {event['execution']}"
        self.operators.tell(f"a {kind} failed", text, Runbook.FAILED_DETECTIONS)
        return {"outcome": Outcome.FAILED.value}
