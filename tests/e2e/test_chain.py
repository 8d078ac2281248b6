"""What `make demo` does, on a small population: the whole system for real, then what it left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from homeward import bootstrap, cli
from homeward.adapters.dynamodb import scan
from homeward.domain.alerts import LEAD
from homeward.local import demo
from homeward.local.home import Home
from homeward.local.playback import Face
from homeward.local.system import LocalSystem
from homeward.settings import Setting
from tests.e2e.conftest import demo_system, free_ports

POPULATION = ("--people", "3", "--others", "2", "--photos", "2", "--frames", "6")


@dataclass
class Run:
    """The running system and what the demo saw."""

    system: LocalSystem
    result: demo.DemoResult
    home: Home

    def aws(self, service: str) -> Any:
        return boto3.client(service)

    @property
    def setting(self) -> Any:
        return bootstrap.settings()

    def truth(self, face: Face) -> str | None:
        """Who is really there: the person whose box covers the middle of the face."""
        truth = json.loads((self.home.people / "frames/truth.json").read_text())
        x, y, width, height = face.box[:4]
        middle = (x + width / 2, y + height / 2)
        for person in truth[face.frame]:
            left, top, wide, high = person["box"]
            if left <= middle[0] <= left + wide and top <= middle[1] <= top + high:
                return person["slug"]
        pytest.fail(f"{face.frame}: nobody is at {face.box}")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    options = demo.DemoOptions(Home(tmp_path_factory.mktemp("home")), free_ports(), population=POPULATION)
    with demo_system(options) as (system, result):
        yield Run(system, result, system.options.home)


def test_every_missing_person_is_found_and_nobody_else(run: Run) -> None:
    alerted = {face.detection_id for face, _ in run.result.alerts}
    found = set()
    for face in run.result.faces:
        slug, name = run.truth(face), face.name
        if slug is None:
            assert face.row["outcome"] in ("NO_CANDIDATE", "DISCARDED"), face.to_json()
        elif face.detection_id in alerted:
            first, last = slug.split("-")[:2]
            assert name is not None
            assert (first.title() in name, last.title() in name) == (True, True)
            found.add(slug)
    assert found == {run.truth(face) for face in run.result.faces} - {None}
    assert found


def test_the_sms_is_a_lead_with_case_place_and_reference(run: Run) -> None:
    assert len(run.result.messages) == len(run.result.alerts)
    for face, text in run.result.alerts:
        assert LEAD in text
        assert face.row["place"] in text
        assert face.to_json()["case"].rpartition(":")[2] in text


def test_one_alert_per_case_and_place(run: Run) -> None:
    pairs = [(face.to_json()["case"], face.row["place"]) for face, _ in run.result.alerts]
    assert len(pairs) == len(set(pairs))
    slots = [row for row in scan(run.setting[Setting.ALERTS_TABLE]) if row["alert_id"] == "#current"]
    assert sorted(row["case_place"] for row in slots) == sorted(f"{case}#{place}" for case, place in pairs)
    assert {row["state"] for row in slots} == {"SENT"}


def test_homeward_status_shows_all_of_it(run: Run) -> None:
    told = CliRunner().invoke(cli.app, ["status", "--aws", "--json"])
    lines = {line["what"]: line for line in json.loads(told.stdout)}
    assert {name for name, line in lines.items() if not line["well"]} == set()
    assert told.exit_code == 0
    assert lines["collection"]["now"].startswith("missing-people-1: ")
    assert lines["last alert"]["now"].endswith(" ago")
    assert lines["policy"]["now"] == bootstrap.policy_shelf().live().version


def test_the_execution_shows_the_path(run: Run) -> None:
    face, _ = run.result.alerts[0]
    arn = run.setting[Setting.DETECTION_MACHINE_ARN].replace(":stateMachine:", ":execution:") + f":{face.detection_id}"
    machines = run.aws("stepfunctions")
    assert machines.describe_execution(executionArn=arn)["status"] == "SUCCEEDED"
    events = machines.get_execution_history(executionArn=arn, maxResults=1000)["events"]
    path = [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]
    states = ["Search Faces", "Assess Candidates", "Reserve Alert", "Publish Alert", "Mark Sent", "Alerted"]
    assert [name for name in path if not name.startswith("Route")] == states


def test_the_audit_trail_tells_why(run: Run) -> None:
    face, _ = run.result.alerts[0]
    story = bootstrap.audit_log().story(f"detection:{face.detection_id}")
    assert [(event.action, event.outcome) for event in story] == [
        ("receive_picture", "RECEIVED"),
        ("search_faces", "MATCHES"),
        ("assess_candidates", "ALERT"),
        ("reserve_alert", "RESERVED"),
        ("publish_alert", "BEGUN"),
        ("publish_alert", "ALERTED"),
    ]
    decided = story[2]
    assert decided.reasons == ("ABOVE_ALERT_THRESHOLD",)
    assert decided.policy_version == bootstrap.live_policy()().version
    assert decided.details["thresholds"]["alert"] <= decided.details["best"]["similarity"]
    assert decided.case == face.to_json()["case"]


def test_every_detection_has_a_named_end_and_a_story(run: Run) -> None:
    for row in scan(run.setting[Setting.DETECTIONS_TABLE]):
        assert row["state"] == "FINISHED", row
        story = bootstrap.audit_log().story(f"detection:{row['detection_id']}")
        assert story[-1].outcome in (row["outcome"], row["decision"]["verdict"] if "decision" in row else None)


def test_the_collection_holds_exactly_the_indexed_photos(run: Run) -> None:
    rows = [row for row in scan(run.setting[Setting.PHOTOS_TABLE]) if row["status"] == "INDEXED"]
    collection = run.aws("ssm").get_parameter(Name=run.setting[Setting.COLLECTION_PARAMETER])["Parameter"]["Value"]
    faces = run.aws("rekognition").list_faces(CollectionId=collection, MaxResults=4096)["Faces"]
    assert {row["face_id"] for row in rows} == {face["FaceId"] for face in faces}
    assert len(faces) == 3 * 2
    # Whichever run was first, the one of the demo or the scheduled reconcile: each was indexed once.
    told = [event["outcome"] for event in scan(run.setting[Setting.AUDIT_TABLE]) if event["action"] == "index_photo"]
    assert told.count("INDEXED") == len(faces)


def test_ingesting_again_changes_nothing(run: Run) -> None:
    before = sorted(json.dumps(row, sort_keys=True) for row in scan(run.setting[Setting.PHOTOS_TABLE]))
    report = demo.ingest(run.system, lambda done, total, note: None)
    assert report["diff"]["new"] == report["diff"]["changed"] == 0
    assert report["cases"] == {}
    after = sorted(json.dumps(row, sort_keys=True) for row in scan(run.setting[Setting.PHOTOS_TABLE]))
    assert before == after


def test_a_repeated_event_does_nothing(run: Run) -> None:
    face, _ = run.result.alerts[0]
    picture = face.row["picture"]
    key = {"key": picture["key"], "size": picture["size"], "version-id": picture["version"]}
    event = {"id": "again", "detail": {"bucket": {"name": picture["bucket"]}, "object": key}}
    functions = run.aws("lambda")
    [name] = [
        f["FunctionName"] for f in functions.list_functions()["Functions"] if "start_detection" in f["FunctionName"]
    ]
    answer = json.load(functions.invoke(FunctionName=name, Payload=json.dumps(event))["Payload"])
    assert answer == {"detection_id": face.detection_id, "started": False}
    assert len(demo.collect(run.system, run.result.report, run.result.playback).messages) == len(run.result.messages)


def test_a_foreign_object_is_refused_and_audited(run: Run) -> None:
    key = "crops/entrance/holiday.jpg"
    event = {"id": "odd", "detail": {"bucket": {"name": "b"}, "object": {"key": key, "size": 1}}}
    assert "refused" in bootstrap.start_detection()(event)
    [refusal] = bootstrap.audit_log().story(f"picture:b/{key}")
    assert refusal.outcome == "REFUSED"


def test_result_file(run: Run, tmp_path: Path) -> None:
    demo.write_json(run.result, tmp_path / "result.json")
    written = json.loads((tmp_path / "result.json").read_text())
    assert [face["outcome"] for face in written["faces"]] == [face.row["outcome"] for face in run.result.faces]
    assert written["messages"] == run.result.messages
