"""Enrolled, a camera may put its own pictures and its heartbeat, and nothing else; revoked, nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from homeward import bootstrap, enrolment
from homeward.adapters.aws import client
from homeward.adapters.camera_keys import AccessKey
from homeward.adapters.heartbeats import S3Heartbeats
from homeward.cli import app
from homeward.domain.cameras import MAX_HEARTBEAT_BYTES
from homeward.domain.errors import InputError, NotFoundError
from homeward.settings import Setting, Settings
from homeward_camera.bucket import Bucket
from homeward_camera.errors import UploadError
from homeward_camera.shots import Shot, digest_of
from tests.deployed import deployed

STACK = "cams"
BEAT = {
    "at": "2026-11-22T21:10:00+00:00",
    "started_at": "2026-11-22T21:00:00+00:00",
    "last_frame_at": None,
    "agent_version": "1.0.0",
    "clock_skew_ms": None,
    "waiting": 0,
    "dropped": 0,
    "troubles": {},
}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A cloud that looks at signatures and rights, and where no detection deletes what a camera sent."""
    with deployed(tmp_path_factory.mktemp("cameras"), STACK, auth=True) as found, pytest.MonkeyPatch.context() as env:
        env.setenv("HOMEWARD_STACK", STACK)
        for rule in client("events").list_rules()["Rules"]:
            client("events").disable_rule(Name=rule["Name"])
        yield found


def enrol(names: Settings, camera: str, **options: bool) -> AccessKey | None:
    return enrolment.enrol(STACK, camera, names, lambda text: None, **options).key


def as_camera(key: AccessKey | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> Bucket:
    """The bucket as the agent uses it, with a profile of the credentials file."""
    assert key
    file = tmp_path / "credentials"
    section = f"[{name}]\naws_access_key_id = {key.key_id}\naws_secret_access_key = {key.secret}\n"
    file.write_text((file.read_text() if file.exists() else "") + section)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    return Bucket(bootstrap.settings()[Setting.PICTURES_BUCKET], name)


def shot(camera: str, folder: str = "crops", data: bytes = b"\xff\xd8picture") -> Shot:
    return Shot(folder, camera, "main", datetime.now(UTC), digest_of(data), data, "1")


def s3_of(key: AccessKey | None) -> Any:
    assert key
    session = boto3.Session(key.key_id, key.secret, region_name="us-east-1")
    return session.client("s3", config=Config(s3={"addressing_style": "path"}))


def test_a_camera_puts_its_own_pictures_and_nothing_else(
    names: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = enrol(names, "lobby")
    enrol(names, "lobby2")
    bucket = as_camera(key, tmp_path, monkeypatch, "lobby")
    for folder in ("crops", "frames"):
        stored = bucket.put(shot("lobby", folder))
        assert stored.version
    bucket.beat("lobby", BEAT)
    for camera in ("lobby2", "lobb", "gate"):
        with pytest.raises(UploadError, match="AccessDenied"):
            bucket.put(shot(camera))
        with pytest.raises(UploadError, match="AccessDenied"):
            bucket.beat(camera, BEAT)
    name, s3 = names[Setting.PICTURES_BUCKET], s3_of(key)
    for refused in (
        lambda: s3.get_object(Bucket=name, Key=stored.key),
        lambda: s3.list_objects_v2(Bucket=name),
        lambda: s3.list_buckets(),
        lambda: s3.delete_object(Bucket=name, Key=stored.key),
        lambda: s3.delete_object(Bucket=name, Key=stored.key, VersionId=stored.version),
        lambda: s3.put_object(Bucket=name, Key="policy/other.json", Body=b""),
        lambda: s3.put_object(Bucket=names[Setting.CASES_BUCKET], Key="crops/lobby/x.jpg", Body=b""),
    ):
        with pytest.raises(ClientError) as error:
            refused()
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_revoked_camera_is_refused_at_once(names: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = as_camera(enrol(names, "gate"), tmp_path, monkeypatch, "gate")
    stored = bucket.put(shot("gate"))
    enrolment.revoke(STACK, "gate", names, lambda text: None)
    with pytest.raises(UploadError):
        bucket.put(shot("gate", data=b"\xff\xd8another"))
    assert "gate" not in {state.camera for state in bootstrap.cameras().all()}
    assert bootstrap.objects().exists(names[Setting.PICTURES_BUCKET], stored.key), "what it sent stays"
    with pytest.raises(NotFoundError):
        enrolment.revoke(STACK, "gate", names, lambda text: None)
    assert enrol(names, "gate"), "it may come back"


def test_enrolling_again_keeps_the_key_unless_a_new_one_is_asked_for(
    names: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = as_camera(enrol(names, "hall"), tmp_path, monkeypatch, "hall")
    assert enrol(names, "hall") is None
    old.put(shot("hall"))
    new = as_camera(enrol(names, "hall", new_key=True), tmp_path, monkeypatch, "hall-2")
    new.put(shot("hall", data=b"\xff\xd8second"))
    with pytest.raises(UploadError):
        old.put(shot("hall", data=b"\xff\xd8third"))


def test_who_was_enrolled_is_expected_and_everything_is_audited(names: Settings) -> None:
    enrol(names, "Yard_1")
    (state,) = [one for one in bootstrap.cameras().all() if one.camera == "Yard_1"]
    assert state.version is None
    enrol(names, "Yard_1", new_key=True)
    enrolment.revoke(STACK, "Yard_1", names, lambda text: None)
    told = bootstrap.audit_log().story("camera:Yard_1")
    assert [(event.action, event.outcome) for event in told] == [
        ("enrol_camera", "ENROLLED"),
        ("enrol_camera", "KEY_REPLACED"),
        ("revoke_camera", "REVOKED"),
    ]


def test_a_name_that_no_camera_can_have_is_refused_before_anything_is_made(names: Settings) -> None:
    with pytest.raises(InputError):
        enrol(names, "../lobby")


def test_a_heartbeat_of_any_size_is_read_in_part(names: Settings) -> None:
    bucket = names[Setting.PICTURES_BUCKET]
    bootstrap.objects().put(bucket, "heartbeats/huge.json", b" " * (4 * MAX_HEARTBEAT_BYTES), "application/json")
    bootstrap.objects().put(bucket, "heartbeats/none.json", b"", "application/json")
    bootstrap.objects().put(bucket, "heartbeats/not/a.json", b"{}", "application/json")
    found = {state.camera: state for state in S3Heartbeats(bucket).all()}
    assert found["huge"].troubled
    assert found["none"].troubled
    assert "not/a" not in found
    for camera in ("huge", "none"):
        S3Heartbeats(bucket).forget(camera)


def test_the_commands_show_the_secret_once_and_the_list(names: Settings) -> None:
    run = CliRunner().invoke
    made = run(app, ["camera", "--aws", "enrol", "cli-camera", "--stack", STACK])
    assert made.exit_code == 0, made.output
    assert "[cli-camera]\naws_access_key_id = " in made.stdout
    again = run(app, ["camera", "--aws", "enrol", "cli-camera", "--stack", STACK])
    assert "keeps its key" in again.output
    assert "aws_secret" not in again.output
    listed = run(app, ["camera", "--aws", "list"])
    assert "cli-camera" in listed.stdout
    assert "expected" in listed.stdout
    assert run(app, ["camera", "--aws", "revoke", "cli-camera", "--stack", STACK]).exit_code == 0
    assert run(app, ["camera", "--aws", "revoke", "cli-camera", "--stack", STACK]).exit_code != 0


@pytest.mark.parametrize(
    ("key", "counts"), [("crops/lobby/x.jpg", True), ("crop/x.jpg", True), ("heartbeats/lobby.json", False)]
)
def test_a_heartbeat_is_no_picture_and_everything_else_is_one_or_a_mistake(
    names: Settings, key: str, counts: bool
) -> None:
    events, bucket = client("events"), names[Setting.PICTURES_BUCKET]
    rules = [rule for rule in events.list_rules()["Rules"] if bucket in rule.get("EventPattern", "")]
    assert len(rules) == 1
    event = {
        "id": "1",
        "account": "111122223333",
        "source": "aws.s3",
        "time": "2026-11-22T21:15:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": bucket}, "object": {"key": key}},
    }
    found = events.test_event_pattern(EventPattern=rules[0]["EventPattern"], Event=json.dumps(event))
    assert found["Result"] is counts
