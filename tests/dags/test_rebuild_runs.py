"""Whole runs of what keeps the face collection, in Airflow's own test executor, on the deployed stack."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.objects import S3ObjectStore
from homeward.domain.sync import run_name
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.conftest import portraits
from tests.contract.adapters.town import Town
from tests.contract.namus_client.scripted import Answer, scripted_server
from tests.dags.identity import COLLECTION_ALONE, COLLECTION_TRIES, Identities
from tests.factories import namus

__all__ = ["portraits"]
ONE, TWO = "missing-people-1", "missing-people-2"
BUILT = ["plan_rebuild", "verify_generation"]
POLICY = "RunCases"
SWITCHED = ["adopt_faces", "switch_collection", "wait_for_functions"]

Run = Callable[..., tuple[str, dict[str, list[str]], dict[str, Any] | None]]


@pytest.fixture(scope="module")
def settings(identities: Identities, portraits: Portraits) -> Iterator[Settings]:
    """What is deployed, with one case of two photos in it."""
    portrait, settings = portraits.get(0), identities.settings
    assert portrait is not None
    with scripted_server() as server:
        town = Town("town", server, settings, {7: namus.record(7, images=[namus.image(1), namus.image(2)])})
        for identity in (1, 2):
            town.picture(7, identity, Answer(portrait.data))
        assert town.sync()["index"] == {"INDEXED": 2}
        yield settings


@pytest.fixture
def run(
    dagbag: Any, airflow_database: None, settings: Settings, identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a DAG, or some tasks of it, every task once; its state, its tasks by their state, and the report."""
    wait = dagbag.dags["rebuild_collection"].get_task("wait_for_functions")
    monkeypatch.setattr(wait, "time_to_wait", timedelta(seconds=1))

    def run(
        dag_id: str, *, only: str = "", without: str = "", **params: Any
    ) -> tuple[str, dict[str, list[str]], dict[str, Any] | None]:
        dag = dagbag.dags[dag_id].partial_subset(only, include_upstream=False) if only else dagbag.dags[dag_id]
        for task in dag.tasks:
            monkeypatch.setattr(task, "retries", 0)
        with identities.running(POLICY, without):
            ran = dag.test(run_conf=params)
        states: dict[str, list[str]] = {}
        for one in sorted(ran.get_task_instances(), key=lambda task: task.task_id):
            states.setdefault(str(one.state), []).append(one.task_id)
        folder = dag_id.partition("_")[0]
        key = f"{folder}/{run_name(ran.dag_id, ran.run_id)}/report.json"
        there = S3ObjectStore().exists(settings[Setting.CASES_BUCKET], key)
        report = json.loads(S3ObjectStore().get(settings[Setting.CASES_BUCKET], key)) if there else None
        return ran.state, states, report

    return run


def live(settings: Settings) -> str:
    value: str = client("ssm").get_parameter(Name=settings[Setting.COLLECTION_PARAMETER])["Parameter"]["Value"]
    return value


def test_started_as_it_is_it_only_tells(run: Run, settings: Settings) -> None:
    state, tasks, report = run("rebuild_collection")
    assert (state, tasks["success"]) == ("success", ["plan_rebuild"])
    assert tasks["skipped"] == ["adopt_faces", "index_generation", *SWITCHED[1:2], "verify_generation", *SWITCHED[2:]]
    assert report is not None
    assert (report["outcome"], report["lacking"], report["collection"]) == ("PLANNED", 2, TWO)
    assert client("rekognition").list_collections()["CollectionIds"] == [ONE]


def test_built_then_looked_at_then_switched_to_and_back(run: Run, settings: Settings) -> None:
    build = {"dry_run": False, "switch": False, "switch_to": None}
    state, tasks, report = run("rebuild_collection", **build)
    assert (state, tasks["success"]) == ("success", ["index_generation", *BUILT])
    assert tasks["skipped"] == SWITCHED
    assert report is not None
    assert (report["outcome"], report["faces"]) == ("VERIFIED", 2)
    assert live(settings) == ONE

    state, tasks, report = run("rebuild_collection", **{**build, "switch_to": TWO})
    assert state == "success"
    assert tasks == {"skipped": ["index_generation"], "success": sorted([*BUILT, *SWITCHED])}
    assert live(settings) == TWO

    state, _, _ = run("rebuild_collection", **{**build, "switch_to": ONE})
    assert (state, live(settings)) == ("success", ONE)


def test_an_unfit_generation_ends_the_run_as_failed(run: Run, settings: Settings) -> None:
    client("rekognition").delete_collection(CollectionId=ONE)
    client("rekognition").create_collection(CollectionId=ONE)
    photo = next(iter(bootstrap.cases().photos()))
    picture = {"S3Object": {"Bucket": settings[Setting.CASES_BUCKET], "Name": str(photo.object_key)}}
    client("rekognition").index_faces(CollectionId=TWO, Image=picture, ExternalImageId="holiday")
    state, tasks, report = run("rebuild_collection", dry_run=False, switch=False, switch_to=TWO)
    assert (state, tasks["failed"]) == ("failed", ["verify_generation"])
    assert tasks["upstream_failed"] == SWITCHED
    assert report is not None
    assert report["problems"] == ["1 faces aren't named as ours are"]
    assert live(settings) == ONE


def test_retiring_by_hand_deletes_no_generation(run: Run, settings: Settings) -> None:
    state, tasks, _ = run("retire_generations")
    assert (state, tasks) == ("success", {"success": ["clear_generations", "delete_retired"]})
    assert client("rekognition").list_collections()["CollectionIds"] == [TWO, ONE]


def test_faces_that_were_lost_come_back(run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test before has left the live collection empty; what is younger than a day is nobody's fault yet."""
    monkeypatch.setattr(bootstrap.base, "clock", lambda: datetime.now(UTC) + timedelta(days=2))
    state, tasks, report = run("reconcile_collection", dry_run=False)
    assert state == "success", tasks
    assert report is not None
    assert (report["outcome"], report["left"]) == ("REPAIRED", {})
    assert len(client("rekognition").list_faces(CollectionId=ONE)["Faces"]) == 2


BUILD = {"dry_run": False, "switch": False, "switch_to": None}


@pytest.mark.parametrize(
    ("right", "dag", "task", "params"),
    [
        ("Photos", "reconcile_collection", "survey_collection", {}),
        ("CollectionFiles", "reconcile_collection", "survey_collection", {}),
        ("Measurements", "reconcile_collection", "", {"dry_run": True}),
        ("Staff", "rebuild_collection", "switch_collection", {**BUILD, "switch": True}),
        ("StaffKey", "rebuild_collection", "switch_collection", {**BUILD, "switch": True}),
        ("SwitchCollection", "rebuild_collection", "", {**BUILD, "switch": True}),
    ],
)
def test_without_a_right_the_run_fails(
    run: Run, identities: Identities, right: str, dag: str, task: str, params: dict[str, Any]
) -> None:
    assert run(dag, only=task, without=right, **params)[0] == "failed"
    identities.assert_lacked(POLICY, right)


def test_what_is_retired_goes_in_its_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.base, "clock", lambda: datetime.now(UTC) + timedelta(days=60))
    assert run("retire_generations", dry_run=False)[0] == "success"
    assert TWO not in client("rekognition").list_collections()["CollectionIds"]


def test_no_right_is_for_nothing(identities: Identities) -> None:
    """After all that the runs above did; the rest is met by test_sync_runs.py."""
    assert identities.unused(POLICY) & COLLECTION_ALONE == set()
    assert identities.untried(POLICY) & COLLECTION_TRIES == set()
    assert identities.refused(POLICY) == set()
