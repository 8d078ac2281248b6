"""Lists of executions: nothing missing, nothing twice, however far back it is, and in a bounded number of calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeward.domain.audit import audit_event
from homeward.domain.cases import CaseKey
from homeward.domain.detections import Outcome
from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.executions import Execution, ExecutionPage, ExecutionStatus, Machine, Wanted
from homeward.steps.list_executions import MOST, PAGE, ListExecutions
from tests.factories import case_key
from tests.fakes import FakeDetections, FakeLog

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)


def name(number: int, camera: str = "gate") -> str:
    return f"{camera}-20261122T211500-{number:012x}"


@dataclass
class History:
    """ExecutionHistory: newest first; a token is the place in the list, as it was when it was given."""

    executions: list[Execution]
    calls: list[int] = field(default_factory=list)

    def page(self, machine: Machine, status: str | None, limit: int, token: str | None) -> ExecutionPage:
        self.calls.append(limit)
        of_kind = [one for one in self.executions if one.machine is machine and status in (None, one.status)]
        start = int(token or 0)
        end = start + limit
        return ExecutionPage(tuple(of_kind[start:end]), str(end) if end < len(of_kind) else None)

    def find(self, machine: Machine, name: str) -> Execution:
        found = [one for one in self.executions if (one.machine, one.name) == (machine, name)]
        if not found:
            raise NotFoundError(name)
        return found[0]


def made(count: int, every: int = 7) -> tuple[ListExecutions, FakeDetections]:
    """So many executions, a second apart; each `every`th was alerted, and is of camera `door`."""
    rows = FakeDetections()
    executions = []
    for number in range(count):
        rare = number % every == 0
        one = name(number, "door" if rare else "gate")
        executions.append(Execution(Machine.DETECTION, one, "SUCCEEDED", NOW - timedelta(seconds=number)))
        best = {"best": {"case": str(case_key(number % 3))}}
        rows.rows[one] = {"outcome": "ALERTED" if rare else "NO_CANDIDATE", "decision": best if rare else None}
    return ListExecutions(History(executions), rows, FakeLog()), rows  # type: ignore[arg-type]


def everything(step: ListExecutions, wanted: Wanted) -> list[str]:
    found, cursor = [], None
    for _ in range(200):
        page = step(wanted, cursor)
        assert len(page.executions) <= PAGE
        found += [one.execution.name for one in page.executions]
        if (cursor := page.cursor) is None:
            return found
    raise AssertionError("it never ends")


@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1, 1203])
def test_each_is_listed_once_in_order(count: int) -> None:
    step, rows = made(count)
    assert everything(step, Wanted()) == list(rows.rows)


@pytest.mark.parametrize(
    "wanted",
    [Wanted(camera="door"), Wanted(outcome=Outcome.ALERTED), Wanted(camera="door", outcome=Outcome.ALERTED)],
)
@pytest.mark.parametrize("every", [1, 2, 60, 900])
def test_filters_find_each_once(wanted: Wanted, every: int) -> None:
    step, rows = made(2000, every)
    assert everything(step, wanted) == [one for one, row in rows.rows.items() if row["outcome"] == "ALERTED"]


def test_time_bounds_the_search() -> None:
    step, rows = made(3000)
    wanted = Wanted(since=NOW - timedelta(seconds=20), until=NOW - timedelta(seconds=9))
    page = step(wanted)
    assert [one.execution.name for one in page.executions] == list(rows.rows)[10:21]
    assert page.cursor is None
    assert len(step.history.calls) == 1  # type: ignore[attr-defined]


def test_a_long_one_among_short_ones_is_found_by_its_start() -> None:
    hour = timedelta(hours=1)
    long = Execution(Machine.DETECTION, name(1), "SUCCEEDED", NOW - 20 * hour, NOW - hour)
    short = [Execution(Machine.DETECTION, name(n), "SUCCEEDED", NOW - n * hour, NOW - n * hour) for n in range(2, 30)]
    step = ListExecutions(History([long, *short]), FakeDetections(), FakeLog())  # type: ignore[arg-type]
    found = everything(step, Wanted(since=NOW - 20 * hour, until=NOW - 18 * hour))
    assert found == [name(1), name(19), name(20)]


def test_one_call_looks_at_so_many_and_says_how_far_it_came() -> None:
    step, _ = made(MOST + 10, every=MOST + 5)
    page = step(Wanted(camera="door", since=None, outcome=Outcome.REJECTED))
    assert (page.executions, page.looked_at, page.oldest) == ((), MOST, NOW - timedelta(seconds=MOST - 1))
    assert page.cursor is not None
    assert step(Wanted(camera="door", outcome=Outcome.REJECTED), page.cursor).cursor is None


def test_a_status_is_step_functions_own_filter() -> None:
    step, _ = made(10)
    step(Wanted(status=ExecutionStatus.FAILED))
    assert step.history.calls == [PAGE]  # type: ignore[attr-defined]


def of_case(number: int) -> Wanted:
    return Wanted(case=CaseKey.parse(str(case_key(number))))


def test_a_case_is_found_through_its_audit_trail() -> None:
    step, rows = made(2000, every=1)
    wanted = [one for one, row in rows.rows.items() if row["decision"]["best"]["case"] == str(case_key(1))]
    for one in reversed(wanted):
        for action in ("assess_candidates", "reserve_alert"):
            event = audit_event(NOW, "test", action, f"detection:{one}", "x", case=str(case_key(1)))
            step.audit.append(event)
    step.audit.append(audit_event(NOW, "test", "sync", f"case:{case_key(1)}", "x", case=str(case_key(1))))
    assert everything(step, of_case(1)) == wanted
    assert everything(step, of_case(2)) == []


def test_step_functions_may_have_forgotten_an_execution_of_a_case() -> None:
    step, _ = made(0)
    step.audit.append(audit_event(NOW, "test", "x", f"detection:{name(1)}", "x", case=str(case_key(1))))
    assert everything(step, of_case(1)) == []


def test_the_executions_of_a_run_are_those_of_its_tries() -> None:
    step, _ = made(0)
    tries = [Execution(Machine.INDEX_PHOTOS, f"run-{number}", "FAILED", NOW) for number in (1, 2)]
    step.history.executions.extend(tries)  # type: ignore[attr-defined]
    assert step.of_run("run") == tries
    assert step.of_run("other") == []


@pytest.mark.parametrize("cursor", ["x", "eyJ9", "W10", "WzFd", "ö", "bnVsbA"])
def test_a_cursor_that_is_none_is_refused(cursor: Any) -> None:
    step, _ = made(3)
    with pytest.raises(InputError, match="begin at its start"):
        step(Wanted(), cursor)
