"""The wiring of publish_policy and watch_policy, and what their tasks make of a person's answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from tests.fakes import FakeStaff

CHECKED = {"version": "measured-1", "sha256": "0" * 64, "live": "floor-3", "known": False, "body": "| a |"}
USER = {"id": "7", "name": "Alex Example"}


@pytest.fixture(scope="module")
def dag(dagbag: Any) -> Any:
    return dagbag.dags["publish_policy"]


def test_check_ask_decide(dag: Any) -> None:
    assert {task.task_id for task in dag.tasks} == {"check_policy", "ask_whom", "approve_policy", "decide_policy"}
    assert dag.get_task("approve_policy").upstream_task_ids == {"ask_whom"}
    assert dag.get_task("decide_policy").upstream_task_ids == {"check_policy", "ask_whom", "approve_policy"}
    assert dag.get_task("decide_policy").trigger_rule == "all_done"
    assert not dag.timetable.can_be_scheduled
    assert dag.max_active_runs == 1


def test_the_question_has_two_answers_a_note_and_an_end(dag: Any) -> None:
    ask = dag.get_task("approve_policy")
    assert ask.options == ["Approve", "Reject"]
    assert ask.defaults is None, "no answer is no approval"
    assert list(ask.params) == ["note"]
    assert ask.response_timeout.days == 14


def test_a_published_policy_is_measured_again(dag: Any, dagbag: Any) -> None:
    (outlet,) = dag.get_task("decide_policy").outlets
    assert outlet.uri == "homeward://policy/"
    assert outlet in dagbag.dags["measure_bias"].timetable.asset_condition.objects


@pytest.mark.parametrize(("known", "task"), [(True, "decide_policy"), (False, "approve_policy")])
def test_a_rollback_asks_nobody(known: bool, task: str) -> None:
    from homeward_airflow.policy import must_ask

    assert must_ask({**CHECKED, "known": known}) == task


def decided(said: Any, checked: Any = CHECKED, outcome: Any = "LIVE") -> tuple[Any, ...]:
    """What the use case was called with."""
    from airflow.sdk.execution_time.context import set_current_context

    from homeward_airflow.policy import decide_policy

    called: list[tuple[Any, ...]] = []

    def use_case(*terms: Any) -> str:
        called.append(terms)
        return str(outcome)

    run = SimpleNamespace(dag_id="publish_policy", run_id="manual__1", triggering_user_name="robin")
    context: Any = {"params": {"version": "measured-1", "reason": "too many questions"}, "dag_run": run}
    with pytest.MonkeyPatch.context() as patches, set_current_context(context):
        patches.setattr(bootstrap, "decide_policy", lambda: use_case)
        decide_policy(checked, said)
    return called[0][1:]


@pytest.mark.parametrize(("option", "answer"), [("Approve", "APPROVED"), ("Reject", "REJECTED")])
def test_a_persons_answer_with_id_and_note(staff: FakeStaff, option: str, answer: str) -> None:
    said = {"chosen_options": [option], "params_input": {"note": "read it"}, "responded_by_user": USER}
    assert decided(said) == ("measured-1", "0" * 64, answer, staff.id_of("Alex Example"), "read it")


def test_no_answer_in_time_is_an_outcome_of_its_own() -> None:
    assert decided(None)[2:] == ("EXPIRED", "", "nobody answered in time")


def test_a_rollback_is_by_whoever_triggered_it(staff: FakeStaff) -> None:
    assert decided(None, {**CHECKED, "known": True})[2:] == ("KNOWN", staff.id_of("robin"), "too many questions")


def test_a_refused_policy_fails_the_run() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    with pytest.raises(AirflowFailException, match="refused"):
        decided(None, None)


def test_the_operator_itself_hands_over_what_a_person_said(dag: Any, staff: FakeStaff) -> None:
    """As Airflow resumes it."""
    from datetime import UTC, datetime

    event = {
        "chosen_options": ["Approve"],
        "params_input": {"note": "read it"},
        "responded_at": datetime(2026, 11, 23, tzinfo=UTC),
        "responded_by_user": USER,
    }
    said = dag.get_task("approve_policy").execute_complete({}, event)
    assert decided(said)[2:] == ("APPROVED", staff.id_of("Alex Example"), "read it")


def test_the_policy_is_watched_every_hour(dagbag: Any) -> None:
    watch = dagbag.dags["watch_policy"]
    assert [task.task_id for task in watch.tasks] == ["watch_policy"]
    assert watch.timetable.can_be_scheduled
