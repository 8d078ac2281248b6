"""Homeward in memory, and everything that can happen to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from homeward.domain.alerts import RetractionReason
from homeward.domain.cases import CaseKey
from homeward.domain.detections import Detection, Picture
from homeward.domain.errors import HomewardError
from homeward.domain.reviews import ReviewVerdict
from tests.invariants.asl import TaskFailedError
from tests.invariants.cloud import Cloud
from tests.invariants.faults import How, Point
from tests.invariants.wiring import ADULT, POLICY, TASKS, Wiring

START = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
QUIET = timedelta(seconds=POLICY.quiet_seconds)
PLACES = ("central-station", "harbour")
ROUND = 300.0  # seconds between two runs of redrive_stuck
LIMIT = 1000  # pieces of work in one task of it


class World:
    """One history: what happens to it is called from outside, `heal` lets everything come to its end."""

    def __init__(self, jitter: float = 0.5) -> None:
        self.cloud = Cloud(START, jitter)
        wiring = Wiring(self.cloud)
        self.tables, self.pictures, self.parked = wiring.tables, wiring.pictures, wiring.parked
        self.cloud.functions, self._tasks = wiring.functions, wiring.tasks
        self.detections: list[str] = []
        self._redriving = False
        self._events: dict[str, dict[str, Any]] = {}

    # ------------------------------------------------------------------------------------- what happens

    def picture(self, similarity: float, case: CaseKey = ADULT, place: str = PLACES[0], *delays: float) -> str:
        """A camera puts a crop; its event comes after each of the delays (seconds)."""
        number = len(self.detections) + 1
        key = f"crops/door/{self.cloud.timeline.now:%Y%m%dT%H%M%S}000Z-{number}.jpg"
        self.pictures.places[key], self.pictures.faces[key] = place, (case, similarity)
        stored = {"bucket": {"name": "pictures"}, "object": {"key": key, "version-id": f"v{number}", "size": 20480}}
        detection = Detection.of(Picture("pictures", key, f"v{number}", 20480), place)
        self.detections.append(detection.detection_id)
        self._events[detection.detection_id] = {"source": "aws.s3", "detail": stored}
        for delay in delays or (0.0,):
            self.event_again(detection.detection_id, delay)
        return detection.detection_id

    def event_again(self, detection_id: str, delay: float = 0.0) -> None:
        """EventBridge hands the picture's event over (once more)."""
        event = self._events[detection_id]
        letter = {"requestPayload": event, "requestContext": {}}
        self.cloud.deliver("start_detection", event, letter, lambda: None, delay)

    def answer(self, detection_id: str, verdict: ReviewVerdict, person: str) -> None:
        """A reviewer answers."""
        self.cloud.person("answer_review", lambda: self._tasks["answer_review"](detection_id, verdict, person))

    def retract(self, detection_id: str, reason: RetractionReason) -> None:
        """A person takes an alert back."""
        self.cloud.person("retract_alert", lambda: self._tasks["retract_alert"](detection_id, reason, "person:Kim"))

    def redrive(self) -> None:
        """A run of redrive_stuck begins, unless one is under way."""
        if not self._redriving:
            self._redriving = True
            self.cloud.person("redrive_stuck", self._redrive, self._redriven)

    def abort(self, detection_id: str) -> None:
        """The newest execution of a detection dies."""
        running = [one for name, one in self.cloud.executions.items() if name.startswith(detection_id)]
        if running:
            running[-1].abort()

    def aborted(self, detection_id: str) -> bool:
        """Whether an execution of the detection was aborted."""
        return any(one.aborted for name, one in self.cloud.executions.items() if name.startswith(detection_id))

    def fault(self, point: Point, how: How, times: int = 1) -> None:
        """The next calls there go wrong."""
        self.cloud.faults.add(point, how, times)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.cloud.timeline.run(seconds)

    def heal(self) -> None:
        """No more faults; redrive_stuck comes every five minutes until nothing is left to do."""
        self.cloud.faults.clear()
        self.cloud.skews.clear()
        for _ in range(100):
            self.redrive()
            self.wait(ROUND)
            if self.at_rest:
                return
        raise AssertionError(f"never at rest: {self.unfinished()}, letters {list(self.cloud.letters.values())}")

    # ------------------------------------------------------------------------------------- how it stands

    @property
    def at_rest(self) -> bool:
        """Whether nothing is going to happen any more."""
        asked = any(review["state"] == "OPEN" for _, review in self.tables.reviews.items())
        return not (self.cloud.timeline.next or self.unfinished() or self.cloud.letters or asked)

    def unfinished(self) -> list[str]:
        """What hasn't ended for good."""
        rows = {name: self.row(name) for name in self.detections}
        return [name for name, row in rows.items() if row.get("unfinished") or not row]

    def row(self, detection_id: str) -> dict[str, Any]:
        """The detection's row, empty when there is none."""
        return self.tables.detections.get(detection_id) or {}

    def _redrive(self) -> None:
        """As the DAG does it: while letters can't be dealt with, nothing else is; the rest fails each for itself."""
        self._tasks[TASKS[0]](LIMIT)
        for name in TASKS[1:]:
            try:
                self._tasks[name](LIMIT)
            except HomewardError:
                continue

    def _redriven(self, result: Any, error: TaskFailedError | None) -> None:
        self._redriving = False
