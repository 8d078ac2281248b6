"""The wiring of expire_records and erase_record, and what their tasks make of Airflow's context."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from homeward.domain.erasures import Erasure, ErasureState, Target
from homeward.domain.retention import Kept
from tests.fakes import NOW, FakeStaff

DETECTION = "gate-1-20261122T211500-0f3a0f3a0f3a"


@pytest.fixture(scope="module")
def expire(dagbag: Any) -> Any:
    return dagbag.dags["expire_records"]


@pytest.fixture(scope="module")
def erase(dagbag: Any) -> Any:
    return dagbag.dags["erase_record"]


def in_run(call: Any, run_type: str, patches: dict[str, Any], person: str | None = None, **params: Any) -> Any:
    """What a task returns in a run of that type."""
    from airflow.sdk.execution_time.context import set_current_context

    run = SimpleNamespace(dag_id="d", run_id="x__1", run_type=run_type, triggering_user_name=person)
    context: Any = {"params": {"dry_run": True, "limit": 7, "look_again": False, **params}, "dag_run": run}
    with pytest.MonkeyPatch.context() as patching, set_current_context(context):
        for name, value in patches.items():
            patching.setattr(bootstrap, name, value)
        return call()


def test_every_kind_by_itself_erasures_beside_them_then_the_report(expire: Any) -> None:
    assert {task.task_id for task in expire.tasks} == {"expire_records", "retry_erasures", "summarise_expiry"}
    assert expire.get_task("expire_records").is_mapped
    assert expire.get_task("expire_records").upstream_task_ids == set()
    assert expire.get_task("retry_erasures").upstream_task_ids == set()
    summary = expire.get_task("summarise_expiry")
    assert (summary.upstream_task_ids, summary.trigger_rule) == ({"expire_records", "retry_erasures"}, "all_done")
    assert expire.max_active_runs == 1


def test_every_kind_has_its_task() -> None:
    from homeward_airflow.retention import KINDS

    assert set(KINDS) == {kind.value for kind in Kept}


@pytest.mark.parametrize(
    ("run_type", "params", "dry"),
    [("scheduled", {}, False), ("manual", {}, True), ("backfill", {}, True), ("manual", {"dry_run": False}, False)],
)
def test_started_by_hand_it_deletes_nothing_unless_told(run_type: str, params: dict[str, Any], dry: bool) -> None:
    from homeward_airflow.retention import expire_records, retry_erasures

    told: list[Any] = []
    patches = {
        "expire_records": lambda: lambda *terms: told.append(terms),
        "retry_erasures": lambda: lambda *terms: told.append(terms),
    }
    in_run(lambda: expire_records("crops"), run_type, patches, **params)
    in_run(retry_erasures, run_type, patches, **params)
    assert told == [(Kept.CROPS, 7, dry), (dry, False)]


def test_a_report_that_lacks_something_makes_the_run_red() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from homeward_airflow.retention import summarise_expiry

    given: list[Any] = []

    def summarise(*terms: Any) -> dict[str, Any]:
        given.append(terms)
        return {"outcome": "FAILED", "missing": ["crops"]}

    answers: Any = [{"kind": "x"}, None]  # None: a task that failed
    patches = {"summarise_expiry": lambda: summarise}
    with pytest.raises(AirflowFailException, match="crops"):
        in_run(lambda: summarise_expiry(answers, None), "scheduled", patches)
    assert given[0][1:] == (False, [{"kind": "x"}], None)


def test_the_word_first_then_the_deed(erase: Any) -> None:
    assert erase.get_task("erase_record").upstream_task_ids == {"request_erasure"}
    assert len(erase.tasks) == 2
    assert not erase.timetable.can_be_scheduled


def test_the_form_insists_on_what_and_why(erase: Any) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        erase.params.validate()


@pytest.mark.parametrize("typed", [DETECTION, f" {DETECTION} ", f"detection:{DETECTION}"])
def test_who_asks_is_airflows_word(staff: FakeStaff, typed: str) -> None:
    from homeward_airflow.retention import request_erasure

    asked: list[Any] = []
    patches = {"request_erasure": lambda: lambda *terms: asked.append(terms)}
    target = in_run(request_erasure, "manual", patches, person="ann", target=typed, reason="asked for")
    assert target == f"detection:{DETECTION}"
    assert asked == [(Target.parse(DETECTION), staff.id_of("ann"), "asked for")]


def test_a_pending_erasure_is_tried_again() -> None:
    from homeward_airflow.retention import erase_record
    from homeward_airflow.tasks import failing_at_once

    target = Target.parse(DETECTION)
    pending = Erasure(target, NOW, "person:ann", "x", problems={"faces": "ThrottledError: slow down"})
    erase = failing_at_once(lambda: erase_record(str(target)))
    with pytest.raises(RuntimeError, match="faces"):
        in_run(erase, "manual", {"erase_record": lambda actor: lambda target: pending})
    done = Erasure(target, NOW, "person:ann", "x", state=ErasureState.DONE)
    answer = in_run(lambda: erase_record(str(target)), "manual", {"erase_record": lambda actor: lambda target: done})
    assert answer["state"] == "DONE"
