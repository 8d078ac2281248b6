"""`homeward demo --people DIR --frames DIR`: nothing is alerted unasked; a person's answer sends or withholds it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from homeward import bootstrap, cli
from homeward.domain.errors import ReviewClosedError
from homeward.domain.reviews import ReviewVerdict
from homeward.local import demo
from homeward.local.home import Home
from homeward.local.playback import Face
from homeward.local.system import LocalSystem
from homeward.settings import Setting
from tests.e2e.conftest import demo_system, free_ports, until
from tests.serving import ROOT

Own = tuple[LocalSystem, demo.DemoResult]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders as a user would have them: names and pictures, no records."""
    folder = tmp_path_factory.mktemp("own")
    size = ("--people", "3", "--others", "1", "--photos", "2", "--frames", "5", "--seed", "3")
    command = [sys.executable, "-m", "standins.people", "--out", str(folder), *size]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for record in folder.glob("people/*/person.json"):
        record.unlink()
    shutil.copy(next(folder.glob("people/*/photo-1.jpg")), folder / "frames" / "portrait.jpg")
    (folder / "frames" / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no picture")
    return folder


@pytest.fixture(scope="module")
def own(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    home = Home(tmp_path_factory.mktemp("home"))
    options = demo.DemoOptions(home, free_ports(), pictures / "people", pictures / "frames")
    demo.check(options, lambda done, total: None)
    with demo_system(options) as running:
        yield running


def waiting(own: Own) -> list[Face]:
    return [face for face in own[1].faces if face.row["state"] == "IN_REVIEW"]


def test_every_match_waits_for_a_person_and_says_why(own: Own) -> None:
    assert own[1].alerts == []
    assert len(waiting(own)) >= 2
    for face in waiting(own):
        row = face.to_json()
        assert row["decision"] == "REVIEW"
        assert {"GROUP_WITHOUT_EVIDENCE", "MAYBE_MINOR"} <= set(row["reasons"])


def test_an_unreadable_frame_is_named_and_the_others_are_processed(own: Own) -> None:
    assert list(own[1].playback.unreadable) == ["torn.jpg"]
    assert not own[1].succeeded(own=True)
    assert all(face.decided for face in own[1].faces)


def test_confirming_sends_the_alert_once(own: Own) -> None:
    system, result = own
    face = waiting(own)[0]
    listed = CliRunner().invoke(cli.app, ["review", "--aws", "list"])
    assert face.detection_id in listed.output
    for _ in range(2):  # saying it twice changes nothing
        until(lambda: _answer(face, ReviewVerdict.CONFIRMED), "the answer never came through")
        until(lambda: _outcome(face) == "ALERTED", "the confirmed alert was never sent")
    assert len(_messages(system, result, face)) == 1
    story = [(event.actor, event.outcome) for event in bootstrap.audit_log().story(f"detection:{face.detection_id}")]
    assert ("person:Alex Example", "CONFIRMED") in story
    assert story[-1] in [("function:mark_sent", "ALERTED"), ("function:confirm_alert", "ALERTED")]  # who was faster


def test_rejecting_sends_nothing_and_a_late_answer_is_told(own: Own) -> None:
    system, result = own
    face = waiting(own)[1]
    assert _answer(face, ReviewVerdict.REJECTED)
    until(lambda: _outcome(face) == "REJECTED", "the rejected detection never ended")
    assert _messages(system, result, face) == []
    with pytest.raises(ReviewClosedError):
        bootstrap.answer_review()(face.detection_id, ReviewVerdict.CONFIRMED, "Somebody Else")
    arn = bootstrap.settings()[Setting.DETECTION_MACHINE_ARN].replace(":stateMachine:", ":execution:")
    execution = boto3.client("stepfunctions").describe_execution(executionArn=f"{arn}:{face.detection_id}")
    assert json.loads(execution["output"]) == {"outcome": "REJECTED"}


def _answer(face: Face, verdict: ReviewVerdict) -> bool:
    try:
        bootstrap.answer_review()(face.detection_id, verdict, "Alex Example")
    except ReviewClosedError:  # the execution has the answer already
        return _outcome(face) is not None
    return True


def _outcome(face: Face) -> str | None:
    outcome: str | None = bootstrap.detections().get(face.detection_id).get("outcome")
    return outcome


def _messages(system: LocalSystem, result: demo.DemoResult, face: Face) -> list[str]:
    arrived = demo.collect(system, result.report, result.playback).messages
    return [text for text in arrived if text.endswith(face.detection_id)]
