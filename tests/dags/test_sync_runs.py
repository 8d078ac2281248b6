"""Whole runs of the sync DAGs in Airflow's own test executor, on the deployed stack and a scripted case server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from homeward import bootstrap
from homeward.adapters.objects import S3ObjectStore
from homeward.domain.audit import audit_event
from homeward.domain.cases import CaseKey, Photo, PhotoClass, PhotoStatus
from homeward.domain.claims import AlertState
from homeward.domain.detections import Detection, DetectionState, Outcome, Picture, Verdict, iso
from homeward.domain.matching import Decision
from homeward.domain.policy import Tier
from homeward.domain.ports import AlertChange, CaseChange, IndexResult
from homeward.domain.sync import run_name
from homeward.settings import Setting, Settings
from tests.contract.namus_client.scripted import Answer, Asked, ScriptedServer, scripted_server
from tests.dags.identity import COLLECTION_ALONE, COLLECTION_TRIES, TRIGGERS, Identities
from tests.factories import candidate, case, case_key, namus, photo_key
from tests.serving import serving

PICTURE = "crops/gate/20261122T211500123Z-1.jpg"
SEARCH = f"{namus.ROOT}/MissingPersons/Search"
LOGICAL = datetime(2026, 11, 21, tzinfo=UTC)  # a manual run at this time has the day before as its interval

POLICY = "RunCases"
Run = Callable[..., tuple[str, dict[str, str], dict[str, Any]]]


held: dict[int, dict[str, Any]] = {}
"""What the case server has: tests share the tables, and what one forgot would have vanished for the next."""


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """A case server with the cases of the tests before."""
    with scripted_server() as server:
        monkeypatch.setenv("HOMEWARD_NAMUS_URL", server.url)
        monkeypatch.setenv("HOMEWARD_NAMUS_REQUESTS_PER_SECOND", "0")
        bootstrap.source.cache_clear()
        hold(server)
        yield server
    bootstrap.source.cache_clear()


def hold(server: ScriptedServer, *records: dict[str, Any]) -> None:
    """Let the server have these cases too, each with pictures that show nobody."""
    held.update({record["id"]: record for record in records})
    rows = [namus.index_row(record) for record in held.values()]

    def search(asked: Asked) -> Answer:
        return Answer({"count": len(rows), "results": rows[asked.body["skip"] :][: asked.body["take"]]})

    server.answers |= {SEARCH: search, f"{namus.ROOT}/States": [Answer([{"name": "Iowa"}])]}
    for record in held.values():
        server.answers[f"{namus.CASES}/{record['id']}"] = [Answer(record)]
        for image in record["images"]:
            path = f"{namus.CASES}/{record['id']}/Images/{image['identityId']}/Original"
            server.answers[path] = [Answer(namus.jpeg(300, 300))]


@pytest.fixture
def run(
    dagbag: Any, airflow_database: None, settings: Settings, identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run the DAG, or some of its tasks; its state, the state of each task instance, and the report."""

    def run(
        dag_id: str = "sync_namus_cases", *, only: Sequence[str] = (), without: str = "", **params: Any
    ) -> tuple[str, dict[str, str], dict[str, Any]]:
        dag = dagbag.dags[dag_id].partial_subset(only, include_upstream=False) if only else dagbag.dags[dag_id]
        conf = {"since": None, "until": None, **params}  # an empty one would leave that of the run before
        for task in dag.tasks:
            monkeypatch.setattr(task, "retries", 0)
        with identities.running(POLICY, without):
            ran = dag.test(logical_date=LOGICAL, run_conf=conf)
        states = {
            f"{task.task_id} {task.rendered_map_index or ''}".strip(): task.state for task in ran.get_task_instances()
        }
        key = f"sync/{run_name(ran.dag_id, ran.run_id)}/report.json"
        there = S3ObjectStore().exists(settings[Setting.CASES_BUCKET], key)
        report = json.loads(S3ObjectStore().get(settings[Setting.CASES_BUCKET], key)) if there else {}
        return ran.state, states, report

    return run


def test_nothing_new_makes_only_the_sweep(server: ScriptedServer, run: Run) -> None:
    state, tasks, report = run()
    assert state == "success"
    assert report["outcome"] == "COMPLETE"
    skipped = {name for name, task in tasks.items() if task == "skipped"}
    assert skipped == {"fetch_cases", "write_manifest", "index_photos"}
    assert tasks["summarise_sync"] == "success"
    assert len(server.asked) == 3


def test_new_cases_come_home(server: ScriptedServer, run: Run, settings: Settings) -> None:
    hold(server, *(namus.record(number) for number in (61, 62, 63)))
    state, tasks, report = run(batch_size=2)
    assert state == "success"
    assert set(tasks.values()) == {"success"}
    assert {"fetch_cases MP61-MP62 (2 cases)", "fetch_cases MP63 (1 case)"} <= set(tasks)
    assert (report["cases"], report["index"]) == ({"NEW": 3}, {"NO_FACE": 3, "INDEXED": 0})
    (execution,) = bootstrap.list_executions().of_run(report["run"])
    given = json.loads(bootstrap.executions().read(execution.machine, execution.name).input)
    assert given["dag_run"]["dag_id"] == "sync_namus_cases"
    assert run_name(**given["dag_run"]) == report["run"]


def test_the_window_decides(server: ScriptedServer, run: Run) -> None:
    old = "2026-01-05T10:00:00"
    hold(server, namus.record(71, createdDateTime=old, modifiedDateTime=old))
    _, _, report = run()
    assert {kind: count for kind, count in report["diff"].items() if count} == {"outside": 1, "unchanged": 3}
    _, _, report = run(since="2026-01-01T00:00:00Z", until="2026-02-01T00:00:00Z")
    assert report["cases"] == {"NEW": 1}


def test_too_many_vanished_cases_stop_the_run_until_a_person_accepts_it(server: ScriptedServer, run: Run) -> None:
    hold(server, *(namus.record(number, images=[]) for number in (81, 82)))
    run()
    for number in (81, 82):
        del held[number], server.answers[f"{namus.CASES}/{number}"]
    hold(server)
    state, tasks, report = run()
    assert (state, tasks["diff_cases"], tasks["withdraw_cases"]) == ("failed", "failed", "upstream_failed")
    assert "the cases were not compared" in report["problems"]
    for outcome in ("MISSED_ONCE", "WITHDRAWN"):
        state, _, report = run(accept_vanished=True)
        assert (state, report["absent"]) == ("success", {outcome: 2})


def test_a_refusal_ends_the_run_as_failed_and_says_so(server: ScriptedServer, run: Run) -> None:
    server.answers[SEARCH] = [Answer(status=403)]
    state, tasks, report = run()
    assert state == "failed"
    assert tasks["sweep_cases"] == "failed"
    assert tasks["summarise_sync"] == "failed"
    assert report["outcome"] == "INCOMPLETE"
    assert [asked.path for asked in server.asked] == [f"{namus.ROOT}/States", SEARCH]


def test_the_other_source_comes_home_as_well(
    settings: Settings, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving("standins.fbi", "--cases", "6", "--seed", "3", "--faces", log=tmp_path / "fbi.log") as url:
        monkeypatch.setenv("HOMEWARD_FBI_URL", url)
        monkeypatch.setenv("HOMEWARD_FBI_REQUESTS_PER_SECOND", "0")
        bootstrap.source.cache_clear()
        state, _, report = run("sync_fbi_cases", since="1990-01-01T00:00:00Z", until="2100-01-01T00:00:00Z")
    bootstrap.source.cache_clear()
    assert state == "success"
    assert report["cases"]["NEW"] > 0


def test_a_case_that_failed_is_fetched_by_the_next_run(server: ScriptedServer, run: Run) -> None:
    hold(server, namus.record(91))
    server.answers[f"{namus.CASES}/91"] = [Answer(status=404)]
    state, _, report = run()
    assert (state, report["cases"]) == ("failed", {"FAILED": 1})
    hold(server)
    state, _, report = run()
    assert (state, report["cases"]) == ("success", {"NEW": 1})


@pytest.fixture(scope="module")
def leaving(settings: Settings) -> CaseKey:
    """A case that was found after its alert went out; its photo has yet to leave the collection."""
    found, now = Detection.of(Picture("pictures", PICTURE, "v", 1), "gate"), datetime.now(UTC)
    key, event = case_key(7), partial(audit_event, now, "test", "test", "case:x")
    photo = Photo(photo_key(7), PhotoClass.FACIAL, PhotoStatus.ADMITTED, "photos/namus/MP/7/1.jpg", "0" * 64)
    bootstrap.objects().put(settings[Setting.CASES_BUCKET], "photos/namus/MP/7/1.jpg", b"x", "image/jpeg")
    bootstrap.cases().save_case(CaseChange(case(7), (photo,)), event("NEW"))
    bootstrap.cases().finish_photo(photo.key, IndexResult(str(uuid4()), None), event("INDEXED"))
    bootstrap.detections().receive(found, event("RECEIVED"))
    decision = Decision(Verdict.ALERT, (), "1", candidate(7), Tier(90.0, 99.0), "somebody").to_json()
    ended = (DetectionState.FINISHED, {"decision": decision}, event("ALERTED"), Outcome.ALERTED)
    bootstrap.detections().advance(found.detection_id, [DetectionState.RECEIVED], *ended)
    row = {"state": AlertState.SENT, "sent_at": iso(now), "message_id": "m"}
    bootstrap.alerts().write(AlertChange(key, "gate", found.detection_id, row=row), event("SENT"))
    bootstrap.suppress_case()(key, "tester", "found")
    return key


REMOVAL, LISTING = ("remove_faces",), ("choose_window", "sweep_cases", "diff_cases")


@pytest.mark.parametrize(
    ("right", "tasks"),
    [
        ("Names", ("sweep_cases",)),
        ("SyncFiles", ("sweep_cases",)),
        ("Cases", LISTING),
        ("Failures", LISTING),
        ("Suppressions", LISTING),
        ("PhotosThatWait", ("write_manifest",)),
        ("AppendAudit", ("summarise_sync",)),
        ("ListCases", ("summarise_sync",)),
        ("AlertsOfCases", REMOVAL),
        ("Detections", REMOVAL),
        ("Alerts", REMOVAL),
        ("Tell", REMOVAL),
        ("Pictures", REMOVAL),
    ],
)
def test_without_a_right_the_run_fails(
    server: ScriptedServer, run: Run, leaving: CaseKey, identities: Identities, right: str, tasks: Sequence[str]
) -> None:
    assert run(only=tasks, without=right)[0] == "failed"
    identities.assert_lacked(POLICY, right)


@pytest.mark.parametrize(("right", "task"), [("KeepRecords", "fetch_cases"), ("StartIndexing", "index_photos")])
def test_without_a_right_a_case_does_not_come_home(
    server: ScriptedServer, run: Run, identities: Identities, right: str, task: str
) -> None:
    hold(server, namus.record(92))
    _, tasks, _ = run(without=right)
    assert {state for name, state in tasks.items() if name.startswith(task)} == {"failed"}
    identities.assert_lacked(POLICY, right)


def test_a_case_that_was_found_takes_its_face_and_its_alert_with_it(
    server: ScriptedServer, run: Run, leaving: CaseKey
) -> None:
    assert run(accept_vanished=True)[0] == "success"
    assert [photo.status for photo in bootstrap.cases().photos_of(leaving)] == [PhotoStatus.WITHDRAWN]
    assert bootstrap.alerts().sent_of(leaving, datetime.now(UTC) - timedelta(days=1)) == []


def test_a_case_that_came_back_is_off_the_list(server: ScriptedServer, run: Run) -> None:
    hold(server, namus.record(81, images=[]))
    _, _, report = run()
    assert report["cases"]["RETURNED"] == 1


def test_no_right_is_for_nothing(identities: Identities) -> None:
    """After all that the runs above did; test_rebuild_runs.py meets the rest. The face service looks at no rights."""
    assert identities.unused(POLICY) == COLLECTION_ALONE
    assert identities.untried(POLICY) == {*COLLECTION_TRIES, "Faces", "AllFaces"}
    assert identities.refused(POLICY) == set()
    assert identities.unused(TRIGGERS) == set()
    assert identities.refused(TRIGGERS) == set()
