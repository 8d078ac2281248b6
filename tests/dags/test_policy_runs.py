"""Whole runs of measure_bias, publish_policy and watch_policy in Airflow's own test executor, on the deployed stack."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from homeward import bootstrap
from homeward.domain.proposals import Answer
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.conftest import portraits
from tests.contract.namus_client.scripted import scripted_server
from tests.contract.retention.sightings import Sightings, settled
from tests.dags.identity import Identities
from tests.dags.inbox import inbox
from tests.factories import policy_json

__all__ = ["portraits"]
POLICY = "RunPolicies"
FIRST, SECOND = "floor-11", "floor-12"
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def seen(settings: Settings, portraits: Portraits) -> Iterator[Sightings]:
    """Two cases at home."""
    with scripted_server() as server:
        yield settled(settings, portraits, server)


@pytest.fixture(scope="module")
def shelf(settings: Settings) -> Any:
    """Two policies that a person approved, one after the other."""
    shelf = bootstrap.policy_shelf()
    floor = json.loads(shelf.read(shelf.live().version)[1])
    for version in (FIRST, SECOND):
        pointer = shelf.keep(version, json.dumps({**floor, "version": version}).encode())
        bootstrap.decide_policy()("run", version, pointer.sha256, Answer.APPROVED, "alex", "read it")
    return shelf


@pytest.fixture
def unfit(shelf: Any) -> Iterator[str]:
    """A policy is live that was measured in another collection than the live one."""
    before, measured = shelf.live(), json.loads(policy_json())["measured"]
    text = policy_json(version="measured-1", measured={**measured, "collection": "elsewhere-1"})
    shelf.publish(shelf.keep("measured-1", text.encode()))
    yield "measured-1"
    shelf.publish(before)


@pytest.fixture
def run(
    dagbag: Any, airflow_database: None, shelf: Any, identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a DAG, or one task of it, every task once."""

    def run(dag_id: str, *, only: str = "", without: str = "", **params: Any) -> Any:
        dag = dagbag.dags[dag_id].partial_subset(only, include_upstream=False) if only else dagbag.dags[dag_id]
        for task in dag.tasks:
            monkeypatch.setattr(task, "retries", 0)
        with identities.running(POLICY, without):
            return dag.test(logical_date=datetime.now(UTC), run_conf=params)

    return run


def states(ran: Any) -> dict[str, str]:
    return {one.task_id: str(one.state) for one in ran.get_task_instances()}


def test_a_measurement_is_reported(run: Run, settings: Settings, seen: Sightings) -> None:
    ran = run("measure_bias")
    assert ran.state == "success"
    assert states(ran)["report_bias"] == "success"
    latest = bootstrap.objects().listed(settings[Setting.CASES_BUCKET], "bias/")
    assert any(one.key.endswith("/report.html") for one in latest)


def test_a_policy_that_was_live_comes_back_unasked(run: Run, shelf: Any) -> None:
    ran = run("publish_policy", version=FIRST, reason="the other one was wrong")
    assert states(ran) == {
        "check_policy": "success",
        "ask_whom": "success",
        "approve_policy": "skipped",
        "decide_policy": "success",
    }
    assert shelf.live().version == FIRST


def test_operators_hear_of_a_policy_that_can_not_alert(run: Run, settings: Settings, unfit: str) -> None:
    operators = inbox(settings[Setting.OPERATIONS_TOPIC_ARN])
    assert run("watch_policy").state == "success"
    assert [unfit in one["Message"] for one in operators()] == [True]
    assert run("watch_policy").state == "success"
    assert operators() == []


@pytest.mark.parametrize(
    ("right", "dag", "task", "params"),
    [
        ("Names", "watch_policy", "", {}),
        ("Files", "watch_policy", "", {}),
        ("Groups", "measure_bias", "plan_measurement", {}),
        ("AppendAudit", "publish_policy", "", {"version": FIRST}),
        ("PublishPolicy", "publish_policy", "", {"version": SECOND}),
        ("ReadTrail", "publish_policy", "check_policy", {"version": FIRST}),
        ("ListCases", "publish_policy", "check_policy", {"version": "nowhere"}),
        ("Staff", "publish_policy", "", {"version": FIRST}),
        ("StaffKey", "publish_policy", "", {"version": FIRST}),
    ],
)
def test_without_a_right_the_run_fails(
    run: Run, seen: Sightings, identities: Identities, right: str, dag: str, task: str, params: dict[str, Any]
) -> None:
    assert run(dag, only=task, without=right, **params).state == "failed"
    identities.assert_lacked(POLICY, right)


def test_without_a_right_operators_do_not_hear(
    run: Run, settings: Settings, unfit: str, identities: Identities
) -> None:
    bootstrap.objects().remove(settings[Setting.CASES_BUCKET], "policy/watch/state.json")
    assert run("watch_policy", without="TellOperators").state == "failed"
    identities.assert_lacked(POLICY, "TellOperators")


def test_no_right_is_for_nothing(identities: Identities) -> None:
    """After all that the runs above did; the face service looks at no rights, so these are only seen to be used."""
    assert identities.unused(POLICY) == set()
    assert identities.untried(POLICY) == {"CompareFaces"}
    assert identities.refused(POLICY) == set()
