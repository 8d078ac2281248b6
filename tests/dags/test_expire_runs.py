"""Whole runs of expire_records and erase_record in Airflow's own test executor, on the deployed stack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from homeward import bootstrap
from homeward.adapters import parameters
from homeward.adapters.aws import client
from homeward.domain.latest import Job
from homeward.domain.retention import Kept
from homeward.domain.sync import run_name
from homeward.settings import Setting, Settings
from tests.deployed import deployed

CASE = "nowhere:MP:404"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with deployed(tmp_path_factory.mktemp("expiry"), "homeward") as settings:
        bootstrap.settings.cache_clear()
        yield settings
    bootstrap.settings.cache_clear()


def run(dagbag: Any, dag_id: str, **params: Any) -> Any:
    """A run, when it has ended."""
    return dagbag.dags[dag_id].test(run_conf=params)


def states(ran: Any) -> list[tuple[str, str]]:
    return sorted((one.task_id, str(one.state)) for one in ran.get_task_instances())


def report(settings: Settings, ran: Any) -> dict[str, Any]:
    key = f"expire/{run_name(ran.dag_id, ran.run_id)}/report.json"
    found: dict[str, Any] = json.loads(bootstrap.objects().get(settings[Setting.CASES_BUCKET], key))
    return found


def test_every_kind_is_gone_through(dagbag: Any, airflow_database: None, settings: Settings) -> None:
    ran = run(dagbag, "expire_records")
    kinds = [("expire_records", "success")] * len(Kept)
    assert states(ran) == [*kinds, ("retry_erasures", "success"), ("summarise_expiry", "success")]
    told = report(settings, ran)
    assert (told["outcome"], set(told["expired"])) == ("DRY_RUN", {kind.value for kind in Kept})
    assert bootstrap.latest_runs().read(Job.EXPIRY) is None, "a dry run deletes nothing"


def test_an_erasure_is_asked_for_and_done(dagbag: Any, airflow_database: None, settings: Settings) -> None:
    ran = run(dagbag, "erase_record", target=CASE, reason="a family asked for it")
    assert states(ran) == [("erase_record", "success"), ("request_erasure", "success")]
    (first, *_, last) = bootstrap.audit_log().story(f"case:{CASE}")
    assert (first.action, last.outcome) == ("request_erasure", "ERASED")
    assert (last.actor, last.details["asked_by"]) == ("dag:erase_record", first.actor)
    told = report(settings, run(dagbag, "expire_records", dry_run=False))
    assert (told["outcome"], told["pending"]) == ("DONE", 0)
    latest = bootstrap.latest_runs().read(Job.EXPIRY)
    assert latest
    assert (latest.run, latest.left) == (told["run"], 0)
    assert [one["state"] for one in told["erasures"]] == ["DONE"]


def test_without_a_policy_nothing_goes_and_the_run_is_red(
    dagbag: Any, airflow_database: None, settings: Settings
) -> None:
    name = settings[Setting.RETENTION_PARAMETER]
    live = client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    parameters.point(name, "{}")
    try:
        ran = run(dagbag, "expire_records", dry_run=False)
    finally:
        parameters.point(name, live)
    assert ran.state == "failed"
    assert ("retry_erasures", "success") in states(ran)
    latest = bootstrap.latest_runs().read(Job.EXPIRY)
    assert latest is None or latest.run != run_name(ran.dag_id, ran.run_id), "it was no success"
