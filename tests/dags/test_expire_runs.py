"""Whole runs of expire_records and erase_record in Airflow's own test executor, on the deployed stack."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeward import bootstrap
from homeward.adapters import parameters
from homeward.adapters.aws import client
from homeward.domain.audit import audit_event
from homeward.domain.detections import Picture
from homeward.domain.frames import Frame, FrameOutcome, FrameState
from homeward.domain.latest import Job, latest_key
from homeward.domain.ports import FetchFailure
from homeward.domain.retention import Kept
from homeward.domain.sync import run_name
from homeward.settings import Setting, Settings
from homeward.steps.erasure_files import KEPT_FOLDERS, RUN_FOLDERS
from standins.people.portraits import Portraits
from tests.contract.adapters.conftest import portraits
from tests.contract.namus_client.scripted import scripted_server
from tests.contract.retention.sightings import Sightings, mentions, settled
from tests.dags.identity import Identities

__all__ = ["portraits"]
CASE = "nowhere:MP:404"
POLICY = "RunRetention"
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def seen(settings: Settings, portraits: Portraits) -> Iterator[Sightings]:
    """Two cases at home, and people who walk past cameras."""
    with scripted_server() as server:
        yield settled(settings, portraits, server)


@pytest.fixture
def run(dagbag: Any, airflow_database: None, identities: Identities, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a DAG, or one task of it, every task once."""

    def run(dag_id: str, *, only: str = "", without: str = "", **params: Any) -> Any:
        dag = dagbag.dags[dag_id].partial_subset(only, include_upstream=False) if only else dagbag.dags[dag_id]
        for task in dag.tasks:
            monkeypatch.setattr(task, "retries", 0)
        with identities.running(POLICY, without):
            return dag.test(run_conf=params)

    return run


def states(ran: Any) -> list[tuple[str, str]]:
    return sorted((one.task_id, str(one.state)) for one in ran.get_task_instances())


def report(settings: Settings, ran: Any) -> dict[str, Any]:
    key = f"expire/{run_name(ran.dag_id, ran.run_id)}/report.json"
    found: dict[str, Any] = json.loads(bootstrap.objects().get(settings[Setting.CASES_BUCKET], key))
    return found


def test_every_kind_is_gone_through(run: Run, settings: Settings) -> None:
    ran = run("expire_records")
    kinds = [("expire_records", "success")] * len(Kept)
    assert states(ran) == [*kinds, ("retry_erasures", "success"), ("summarise_expiry", "success")]
    told = report(settings, ran)
    assert (told["outcome"], set(told["expired"])) == ("DRY_RUN", {kind.value for kind in Kept})
    assert bootstrap.latest_runs().read(Job.EXPIRY) is None, "a dry run deletes nothing"


def test_an_erasure_is_asked_for_and_done(run: Run, settings: Settings) -> None:
    ran = run("erase_record", target=CASE, reason="a family asked for it")
    assert states(ran) == [("erase_record", "success"), ("request_erasure", "success")]
    (first, *_, last) = bootstrap.audit_log().story(f"case:{CASE}")
    assert (first.action, last.outcome) == ("request_erasure", "ERASED")
    assert (last.actor, last.details["asked_by"]) == ("dag:erase_record", first.actor)
    told = report(settings, run("expire_records", dry_run=False))
    assert (told["outcome"], told["pending"]) == ("DONE", 0)
    latest = bootstrap.latest_runs().read(Job.EXPIRY)
    assert latest
    assert (latest.run, latest.left) == (told["run"], 0)
    assert [one["state"] for one in told["erasures"]] == ["DONE"]


def test_without_a_policy_nothing_goes_and_the_run_is_red(run: Run, settings: Settings) -> None:
    name = settings[Setting.RETENTION_PARAMETER]
    live = client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    parameters.point(name, "{}")
    try:
        ran = run("expire_records", dry_run=False)
    finally:
        parameters.point(name, live)
    assert ran.state == "failed"
    assert ("retry_erasures", "success") in states(ran)
    latest = bootstrap.latest_runs().read(Job.EXPIRY)
    assert latest is None or latest.run != run_name(ran.dag_id, ran.run_id), "it was no success"


def files(settings: Settings, text: str) -> None:
    """Files of runs of every kind that mention it, in two versions."""
    for folder in (*RUN_FOLDERS, *KEPT_FOLDERS):
        for body in (f'["{text}"]', f'["{text}", 2]'):
            bootstrap.objects().put(
                settings[Setting.CASES_BUCKET], f"{folder}old/x.json", body.encode(), "application/json"
            )


def framed(settings: Settings, text: str) -> None:
    """A frame that has ended; its picture was never deleted, and its row mentions the text."""
    key = f"frames/hall/20261122T211500{len(text):03d}Z-1.jpg"
    frame = Frame.of(Picture(settings[Setting.PICTURES_BUCKET], key, "some-version", 1), "hall")
    received, over = (audit_event(datetime.now(UTC), "test", "test", f"frame:{frame.frame_id}", one) for one in "xy")
    bootstrap.frames().receive(frame, received)
    ended = (FrameState.FINISHED, {"note": text}, over, FrameOutcome.NO_FACE)
    bootstrap.frames().advance(frame.frame_id, list(FrameState), *ended)


def test_a_case_is_erased_from_every_store(run: Run, settings: Settings, seen: Sightings) -> None:
    key = seen.town.key(seen.first)
    seen.alerted(0)
    seen.pass_by(0)
    bootstrap.mark_look_alike()(key, seen.town.key(seen.second), "tester", "as alike as twins")
    about = audit_event(datetime.now(UTC), "test", "test", f"case:{key}", "x")
    bootstrap.fetch_failures().record(FetchFailure(key, "run", datetime.now(UTC), "E", "x"), about)
    files(settings, str(key))
    framed(settings, str(key))
    assert run("erase_record", target=str(key), reason="a family asked for it").state == "success"
    assert mentions(settings, str(key)) == []


def nowhere(settings: Settings, seen: Sightings) -> str:
    return CASE


def with_record(settings: Settings, seen: Sightings) -> str:
    bootstrap.objects().put(settings[Setting.CASES_BUCKET], "raw/nowhere/MP/404/1.json", b"{}", "application/json")
    return CASE


def with_file(settings: Settings, seen: Sightings) -> str:
    files(settings, CASE)
    return CASE


# What can't be erased without a right.
UNERASED: dict[str, Callable[[Settings, Sightings], str]] = {
    "Names": nowhere,
    "Cases": nowhere,
    "PhotosAndAlerts": nowhere,
    "Detections": nowhere,
    "FramesAndReviews": nowhere,
    "FailuresAndLookAlikes": nowhere,
    "Staff": nowhere,
    "Suppressions": nowhere,
    "Erasures": nowhere,
    "AppendAudit": nowhere,
    "Versions": nowhere,
    "Pictures": with_record,
    "RunFiles": with_file,
    "StopWork": lambda settings, seen: seen.pass_by(1),
    "Tell": lambda settings, seen: seen.alerted(1),
}


@pytest.mark.parametrize("right", UNERASED)
def test_without_a_right_an_erasure_is_not_done(
    run: Run, settings: Settings, seen: Sightings, identities: Identities, right: str
) -> None:
    target = UNERASED[right](settings, seen)
    assert run("erase_record", without=right, target=target, reason="a test of rights").state == "failed"
    identities.assert_lacked(POLICY, right)


@pytest.mark.parametrize(
    ("right", "tasks"),
    [
        ("Reports", {"summarise_expiry"}),
        ("ListCases", {"summarise_expiry"}),
        ("LatestRuns", {"expire_records", "summarise_expiry"}),
    ],
)
def test_without_a_right_nothing_expires(
    run: Run, settings: Settings, identities: Identities, right: str, tasks: set[str]
) -> None:
    bootstrap.objects().remove(settings[Setting.CASES_BUCKET], latest_key(Job.EXPIRY))  # as before the first run
    ran = run("expire_records", without=right, dry_run=False)
    assert {one.task_id for one in ran.get_task_instances() if one.state == "failed"} == tasks
    identities.assert_lacked(POLICY, right)


def test_what_is_past_its_time_goes(
    run: Run, settings: Settings, seen: Sightings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = seen.alerted(1)
    bootstrap.suppress_case()(seen.town.key(seen.second), "tester", "")
    files(settings, "whatever")
    expired = set()
    for days in (31, 5000):  # crops, before their rows go
        monkeypatch.setattr(bootstrap.base, "clock", lambda days=days: datetime.now(UTC) + timedelta(days=days))
        told = report(settings, run("expire_records", dry_run=False))
        assert told["outcome"] == "DONE"
        expired |= {kind for kind, done in told["expired"].items() if "EXPIRED" in done["counts"]}
    assert expired == {kind.value for kind in Kept}
    assert seen.row(gone) is None


def test_no_right_is_for_nothing(
    run: Run, settings: Settings, identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After all that the runs above did, and an erasure that a store held up for too long."""
    run("erase_record", without="Versions", target="nowhere:MP:405", reason="a test of rights")
    monkeypatch.setattr(bootstrap.base, "clock", lambda: datetime.now(UTC) + timedelta(days=4))
    run("expire_records", only="retry_erasures", without="Versions", dry_run=False)
    assert identities.unused(POLICY) == set()
    assert identities.untried(POLICY) == {"Faces", "ListCollections"}
    assert identities.refused(POLICY) == set()
