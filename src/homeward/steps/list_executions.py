"""List Executions: those that somebody wants to see, newest first, however rare they are among the others."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.executions import Execution, ListedExecution, ListedPage, Machine, Wanted, work_of
from homeward.domain.ports import AuditLog, DetectionStore, ExecutionHistory
from homeward.domain.redrive import execution_name

PAGE = 50
MOST = 5000  # that are looked at in one go; what lies further back is asked for with the cursor
MOST_TRIES = 20  # of a task
_AT_ONCE = 1000  # that are read at a time while most are not wanted


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list goes on: in the page that `token` asks for, behind the execution `name` ("": at its start)."""

    token: str | None = None
    name: str = ""

    def __str__(self) -> str:
        text = json.dumps([self.token, self.name])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str | None) -> Cursor:
        """InputError for what is none; the beginning for None."""
        if not text:
            return cls()
        try:
            token, name = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return cls(token, str(name))
        except (ValueError, TypeError, binascii.Error):
            raise InputError("this page of the list can't be found; begin at its start") from None


@dataclass(frozen=True, slots=True)
class ListExecutions:
    """Step Functions filters by machine and status only; everything else is looked at here, MOST executions a call."""

    history: ExecutionHistory
    detections: DetectionStore
    audit: AuditLog

    def __call__(self, wanted: Wanted, cursor: str | None = None) -> ListedPage:
        """Return up to PAGE of them; an empty page with a cursor means that none was among the last MOST."""
        if wanted.case:
            return self._of_case(wanted, Cursor.parse(cursor))
        found: list[ListedExecution] = []
        looked_at, oldest, after = 0, None, Cursor.parse(cursor)
        while True:
            chunk, following = self._chunk(wanted, after)
            for listed in self._with_rows(wanted, chunk):
                found.append(listed)
                if len(found) == PAGE:
                    after = Cursor(after.token, listed.execution.name)
                    return ListedPage(tuple(found), str(after), looked_at, listed.execution.moment)
            looked_at += len(chunk)
            oldest = chunk[-1].moment if chunk else oldest
            # Whatever comes after that ended before it, so it began before it, too.
            past = wanted.since is not None and oldest is not None and oldest < wanted.since
            if following is None or past:
                return ListedPage(tuple(found), None, looked_at, oldest)
            after = Cursor(following)
            if looked_at >= MOST:
                return ListedPage(tuple(found), str(after), looked_at, oldest)

    def of_run(self, run: str) -> list[Execution]:
        """The executions that a DAG run started, one for each try of its task; `run` is its name in S3."""
        found: list[Execution] = []
        with suppress(NotFoundError):
            for number in range(1, MOST_TRIES + 1):
                found.append(self.history.find(Machine.INDEX_PHOTOS, f"{run}-{number}"))
        return found

    def _chunk(self, wanted: Wanted, after: Cursor) -> tuple[list[Execution], str | None]:
        """A page of Step Functions from there on, and the token of the next one."""
        picky = wanted != Wanted(wanted.machine, wanted.status)
        # The pages that one cursor chain walks must all have the same size: a token stands for what comes after one.
        page = self.history.page(wanted.machine, wanted.status, _AT_ONCE if picky else PAGE, after.token)
        names = [execution.name for execution in page.executions]
        start = names.index(after.name) + 1 if after.name in names else 0
        return list(page.executions[start:]), page.token

    def _with_rows(self, wanted: Wanted, chunk: Iterable[Execution]) -> Iterator[ListedExecution]:
        """Those that are wanted, each with its detection's row; rows are read PAGE at a time."""
        candidates = [execution for execution in chunk if wanted.covers(execution)]
        for first in range(0, len(candidates), PAGE):
            some = candidates[first : first + PAGE]
            of_detections = wanted.machine is Machine.DETECTION
            rows = self.detections.get_many([work_of(one.name) for one in some]) if of_detections else {}
            for execution in some:
                row = rows.get(work_of(execution.name), {})
                if wanted.covers_row(row):
                    yield ListedExecution(execution, row)

    def _of_case(self, wanted: Wanted, after: Cursor) -> ListedPage:
        """What the audit trail says of a case leads to its detections, and these to their executions."""
        events = self.audit.story_of_case(str(wanted.case))
        subjects = (event.subject for event in reversed(events) if event.subject.startswith("detection:"))
        names = list(dict.fromkeys(subject.removeprefix("detection:") for subject in subjects))
        names = names[names.index(after.name) + 1 :] if after.name in names else names
        found, looked_at = list[ListedExecution](), 0
        for looked_at, name in enumerate(names, 1):
            found += self._latest(wanted, name)
            if len(found) == PAGE:
                return ListedPage(tuple(found), str(Cursor(None, name)), looked_at, found[-1].execution.moment)
        oldest = found[-1].execution.moment if found else None
        return ListedPage(tuple(found), None, looked_at, oldest)

    def _latest(self, wanted: Wanted, detection_id: str) -> list[ListedExecution]:
        row = self.detections.get_many([detection_id]).get(detection_id, {})
        try:
            execution = self.history.find(Machine.DETECTION, execution_name(detection_id, int(row.get("redrives", 0))))
        except NotFoundError:  # Step Functions forgets after 90 days
            return []
        return [ListedExecution(execution, row)] if wanted.covers(execution) and wanted.covers_row(row) else []
