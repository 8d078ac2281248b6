"""The agent as a program, against a local cloud: folders of pictures."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeward_camera import __version__
from tests.contract.edge.cameras import ENDS, camera, configured, environment, only, run, start
from tests.serving import free_port

KEY = re.compile(r"crops/gate-1/\d{8}T\d{9}Z-[0-9a-f]{16}\.jpg")


@pytest.fixture
def env(cloud_url: str) -> dict[str, str]:
    return environment(cloud_url)


@pytest.fixture
def config(tmp_path: Path, bucket: str) -> Callable[..., Path]:
    def write(source: Path, **more: Any) -> Path:
        return configured(tmp_path, bucket, camera(source, **more), heartbeat_seconds=0)

    return write


def test_each_face_becomes_one_object_that_says_where_it_comes_from(
    env: dict[str, str], config: Callable[..., Path], folder: Path, bucket: str, aws: Any, tmp_path: Path
) -> None:
    before = datetime.now(UTC)
    code, events, errors = run(config(folder), env)
    assert (code, errors) == (0, "")
    (empty,) = only(events, "no_face")
    assert (empty["frame"], empty["too_small"], empty["camera"]) == ("a-nobody.png", 0, "gate-1")
    one, other = only(events, "shot")
    assert one["key"] != other["key"]
    assert one["captured_at"] == other["captured_at"]
    stored = {event["key"]: event for event in only(events, "uploaded")}
    for shot in (one, other):
        assert KEY.fullmatch(shot["key"])
        assert shot["frame"] == "b-two-people.jpg"
        assert before.timestamp() - 0.001 <= datetime.fromisoformat(shot["captured_at"]).timestamp()
        found = aws("s3").get_object(Bucket=bucket, Key=shot["key"], ChecksumMode="ENABLED")
        assert found["VersionId"] == stored[shot["key"]]["version"]
        assert found["ContentType"] == "image/jpeg"
        assert found["ChecksumSHA256"]
        clock = found["Metadata"].pop("clock-skew-ms", "0")  # the first shot comes before S3 said its time
        assert clock == "0"
        assert found["Metadata"] == {
            "place": "Gate.North",
            "captured-at": shot["captured_at"].replace("+00:00", "Z"),
            "frame": "b-two-people.jpg",
            "agent-version": __version__,
            "quality": f"{shot['quality']:.3f}",
        }
        assert found["Body"].read().startswith(b"\xff\xd8")
    assert list((tmp_path / "spool" / "gate-1").iterdir()) == []


def test_whole_pictures_are_uploaded_as_they_are(
    env: dict[str, str], config: Callable[..., Path], folder: Path, bucket: str, aws: Any
) -> None:
    (folder / "c.bmp").write_bytes(b"BM" + bytes(99))
    (folder / "d.jpg").write_bytes(b"\xff\xd8\xff" + bytes(15 * 1024 * 1024))
    code, events, _ = run(config(folder, send="frames"), env)
    assert code == 1
    shots = only(events, "shot")
    assert [shot["frame"] for shot in shots] == ["a-nobody.png", "b-two-people.jpg"]
    for shot, kind in zip(shots, ("image/png", "image/jpeg"), strict=True):
        assert re.fullmatch(r"frames/gate-1/\d{8}T\d{9}Z-[0-9a-f]{16}\.jpg", shot["key"])
        found = aws("s3").get_object(Bucket=bucket, Key=shot["key"])
        assert (found["Metadata"]["place"], found["ContentType"]) == ("Gate.North", kind)
        assert found["Body"].read() == (folder / shot["frame"]).read_bytes()
    odd, large = only(events, "unreadable")
    assert (odd["frame"], odd["reason"]) == ("c.bmp", "is neither JPEG nor PNG")
    assert large["reason"].startswith("the file has ")


def test_the_same_picture_gives_the_same_shots_again(
    env: dict[str, str], config: Callable[..., Path], folder: Path
) -> None:
    def shots() -> list[str]:
        return [shot["key"].rsplit("-")[-1] for shot in only(run(config(folder), env)[1], "shot")]

    assert shots() == shots() != []


def test_faces_below_the_minimum_are_counted_but_stay_here(
    env: dict[str, str], config: Callable[..., Path], folder: Path
) -> None:
    code, events, _ = run(config(folder, min_face=600), env)
    assert code == 0
    assert [event["too_small"] for event in only(events, "no_face")] == [0, 2]


def test_faces_outside_the_zones_stay_here(env: dict[str, str], config: Callable[..., Path], folder: Path) -> None:
    everything = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    corner = [[0.0, 0.9], [0.1, 0.9], [0.1, 1.0]]
    assert len(only(run(config(folder, zones=[corner]), env)[1], "shot")) == 0
    assert len(only(run(config(folder, zones=[corner, everything]), env)[1], "shot")) == 2


def test_a_picture_that_cannot_be_read_is_told_and_the_others_go_on(
    env: dict[str, str], config: Callable[..., Path], folder: Path, scene: bytes
) -> None:
    (folder / "aa.jpg").write_bytes(b"broken")
    (folder / os.fsdecode(b"z-\xc3\xa4 \xff.jpg")).write_bytes(scene)
    code, events, _ = run(config(folder), env)
    assert code == 1
    (told,) = only(events, "unreadable")
    assert (told["frame"], told["reason"]) == ("aa.jpg", "is not a picture")
    assert [shot["frame"] for shot in only(events, "shot")][-1] == "z-ä ?.jpg"
    assert len(only(events, "uploaded")) == 4


def test_what_s3_does_not_take_waits_for_the_next_start(
    env: dict[str, str], config: Callable[..., Path], folder: Path, tmp_path: Path, bucket: str, aws: Any
) -> None:
    nowhere = {**env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}
    code, events, _ = run(config(folder), nowhere, "--give-up", "1")
    assert code == 1
    (told,) = only(events, "upload_failed")
    assert "can't be used" in told["reason"]
    waiting = sorted(path.name for path in (tmp_path / "spool" / "gate-1").iterdir())
    keys = {shot["key"] for shot in only(events, "shot")}
    assert len(waiting) == len(keys) == 2
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a-nobody.png").write_bytes((folder / "a-nobody.png").read_bytes())
    code, events, _ = run(config(tmp_path / "empty"), env)
    assert code == 0
    assert {event["key"] for event in only(events, "uploaded")} == keys
    for key in keys:
        assert len(aws("s3").list_object_versions(Bucket=bucket, Prefix=key)["Versions"]) == 1


def test_what_keeps_the_agent_from_working_is_one_line(
    env: dict[str, str], config: Callable[..., Path], folder: Path, bucket: str, tmp_path: Path
) -> None:
    for done, reason in (
        (run(config(tmp_path / "nowhere"), env), "neither a folder"),
        (run(config(folder, profile="nobody"), env), "nobody"),
        (run(tmp_path / "nowhere.toml", env), "--config"),
        (run(configured(tmp_path, bucket, camera(folder), models=str(tmp_path)), env), "is missing"),
        (run(configured(tmp_path, bucket, camera(folder), spool_size=1), env), "spool_size"),
        (run(configured(tmp_path, "no such bucket", camera(folder)), env), "$.bucket"),
    ):
        code, events, errors = done
        assert (code, events) == (2, [])
        assert len(errors.splitlines()) == 1
        assert reason in errors


def test_the_configuration_can_be_checked_without_starting(
    env: dict[str, str], config: Callable[..., Path], folder: Path, tmp_path: Path
) -> None:
    with start(config(folder), env, "--check") as agent:
        out, errors = agent.communicate(timeout=ENDS)
    assert (agent.returncode, errors) == (0, "")
    assert out.endswith("is fine: gate-1\n")
