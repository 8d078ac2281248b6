"""Whole runs of sync_namus_cases in Airflow's own test executor, on the deployed stack and a scripted case server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from homeward import bootstrap
from homeward.adapters.objects import S3ObjectStore
from homeward.domain.sync import run_name
from homeward.settings import Setting, Settings
from tests.contract.namus_client.scripted import Answer, Asked, ScriptedServer, scripted_server
from tests.deployed import deployed
from tests.factories import namus

SEARCH = f"{namus.ROOT}/MissingPersons/Search"
LOGICAL = datetime(2026, 11, 21, tzinfo=UTC)  # a manual run at this time has the day before as its interval

Run = Callable[..., tuple[str, dict[str, str], dict[str, Any]]]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with deployed(tmp_path_factory.mktemp("dags"), "homeward") as settings:
        bootstrap.settings.cache_clear()
        yield settings
    bootstrap.settings.cache_clear()


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
def run(dagbag: Any, airflow_database: None, settings: Settings) -> Run:
    """Run the DAG; its state, the state of each task instance, and the report."""

    def run(**params: Any) -> tuple[str, dict[str, str], dict[str, Any]]:
        conf = {"since": None, "until": None, **params}  # an empty one would leave that of the run before
        ran = dagbag.dags["sync_namus_cases"].test(logical_date=LOGICAL, run_conf=conf)
        states = {
            f"{task.task_id} {task.rendered_map_index or ''}".strip(): task.state for task in ran.get_task_instances()
        }
        key = f"sync/{run_name(ran.dag_id, ran.run_id)}/report.json"
        return ran.state, states, json.loads(S3ObjectStore().get(settings[Setting.CASES_BUCKET], key))

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
