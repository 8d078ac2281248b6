"""Parts of an erasure that end what is under way: executions, and alerts that stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeward.domain.alerts import RetractionReason
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.claims import SETTLE
from homeward.domain.detections import DetectionState, Outcome
from homeward.domain.erasures import Erasure, Redaction, Target
from homeward.domain.errors import ConflictError, ErasureError, NotFoundError
from homeward.domain.ports import Clock, Executions, ReviewStore, Rows, WorkStore
from homeward.domain.redrive import RUNNING, execution_name
from homeward.domain.retention import RETRACTABLE

_LOOKS, _PAUSE = 20, 0.5  # seconds between looks at an execution that was told to stop


@dataclass(frozen=True, slots=True)
class StopWork:
    """Executions that know the target.

    An erased detection has ended. One that only matched an erased case begins anew: what it finds now counts.
    """

    rows: Rows
    work: WorkStore
    reviews: ReviewStore
    executions: Executions
    machine_arn: str
    pictures: str
    pause: Callable[[float], None]
    clock: Clock
    name: str = "executions"
    after: tuple[str, ...] = ()

    def erase(self, erasure: Erasure, actor: str) -> int:
        """See the port."""
        found = list(self._found(erasure.target))
        for row in found:
            if erasure.target.case:
                self._stop(row)
                self._begin_anew(row, erasure.target, actor)
            else:
                self._end(row, erasure.target, actor)
                self._stop(row)
        return len(found)

    def left(self, target: Target) -> int:
        """See the port."""
        return sum(1 for _ in self._found(target))

    def _found(self, target: Target) -> Iterator[Mapping[str, Any]]:
        if not target.case:
            row = self.rows.get(detection_id=target.id)
            if row and "erased_at" not in row and (row.get("outcome") != Outcome.ERASED or self._runs(row)):
                yield row
            return
        redaction = Redaction(target, self.pictures)
        for row in self.rows.all():
            under_way = row["state"] not in (DetectionState.RECEIVED, DetectionState.FINISHED)
            if under_way and redaction.value(row) != row:
                yield row

    def _end(self, row: Mapping[str, Any], target: Target, actor: str) -> None:
        """It leaves the index of unfinished work, so nobody starts it again; no step can take it further."""
        ended = {name: value for name, value in row.items() if name not in ("unfinished", "moved_at")}
        ended |= {"state": DetectionState.FINISHED.value, "outcome": Outcome.ERASED.value}
        if ended != row:
            self.rows.replace(row, ended, self._event(row, target, actor, Outcome.ERASED))

    def _begin_anew(self, row: Mapping[str, Any], target: Target, actor: str) -> None:
        detection_id = str(row["detection_id"])
        with suppress(ConflictError):  # no question was open
            self.reviews.expire(detection_id, self._event(row, target, actor, "EXPIRED"))
        work = self.work.get(detection_id)
        event = self._event(row, target, actor, DetectionState.RECEIVED)
        self.work.begin_again(work, work.allowed + 1, event)

    def _stop(self, row: Mapping[str, Any]) -> None:
        for look in range(_LOOKS):
            if not self._runs(row):
                return
            if look == 0:
                self.executions.stop(self.machine_arn, _execution(row), "what it is about is being erased")
            self.pause(_PAUSE)
        raise ErasureError(f"{_execution(row)} doesn't end")

    def _runs(self, row: Mapping[str, Any]) -> bool:
        return self.executions.status(self.machine_arn, _execution(row)) == RUNNING

    def _event(self, row: Mapping[str, Any], target: Target, actor: str, outcome: str) -> AuditEvent:
        about = (actor, "stop_work", f"detection:{row['detection_id']}", outcome)
        return audit_event(self.clock(), *about, case=target.id if target.case else None)


def _execution(row: Mapping[str, Any]) -> str:
    return execution_name(str(row["detection_id"]), int(row.get("redrives", 0)))


@dataclass(frozen=True, slots=True)
class TakeBackLeads:
    """Alerts that were sent: whoever got one is told, as nobody could say later what it was about."""

    alerts: Rows
    detections: Rows
    cases: Rows
    retract: Callable[[str, RetractionReason, str], None]
    clock: Clock
    name: str = "leads"
    after: tuple[str, ...] = ("executions",)

    def erase(self, erasure: Erasure, actor: str) -> int:
        """See the port. ErasureError while nobody knows whether an alert is on its way."""
        reason = RetractionReason.CASE_CLOSED if erasure.target.case else RetractionReason.OTHER
        if unsettled := [at for at in self._attempts(erasure.target) if self.clock() < at + SETTLE]:
            settled = max(unsettled) + SETTLE
            raise ErasureError(f"an alert may be on its way; that is known from {settled:%H:%M:%S} UTC on")
        standing = self._standing(erasure.target)
        for row in standing:
            with suppress(NotFoundError):  # somebody else was faster
                self.retract(str(row["alert_id"]), reason, actor)
        return len(standing)

    def left(self, target: Target) -> int:
        """See the port."""
        return len(self._standing(target)) + sum(self.clock() < at + SETTLE for at in self._attempts(target))

    def _attempts(self, target: Target) -> list[datetime]:
        """When publishes began whose end nobody knows."""
        slots = [row for row in self.alerts.all() if str(row["alert_id"]).startswith("#") and "attempt_at" in row]
        own = [row for row in slots if _concerns(target, row, str(row.get("holder")))]
        return [datetime.fromisoformat(row["attempt_at"]) for row in own]

    def _standing(self, target: Target) -> list[dict[str, Any]]:
        since = self.clock() - RETRACTABLE
        sent = [row for row in self.alerts.all() if "sent_case" in row and "sent_at" in row]
        recent = [row for row in sent if datetime.fromisoformat(row["sent_at"]) >= since]
        own = [row for row in recent if _concerns(target, row, str(row["alert_id"]))]
        return [row for row in own if self._can_be_told(row)]

    def _can_be_told(self, row: Mapping[str, Any]) -> bool:
        """Whether what the message says is still there."""
        detection = self.detections.get(detection_id=str(row["alert_id"])) or {}
        return "decision" in detection and self.cases.get(case=str(row["sent_case"])) is not None


def _concerns(target: Target, row: Mapping[str, Any], detection_id: str) -> bool:
    return str(row["case_place"]).startswith(f"{target.id}#") if target.case else detection_id == target.id
