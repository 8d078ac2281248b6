"""The agent as a program, against a local cloud."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from edge import __version__
from edge.crops import Crop
from edge.sources import Frame
from edge.upload import Uploader
from tests.serving import ROOT, free_port

KEY = re.compile(r"crops/gate-1/\d{8}T\d{9}Z-[0-9a-f]{16}\.jpg")


@pytest.fixture
def environment(cloud_url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": cloud_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def run(environment: dict[str, str], source: Path, bucket: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "edge.agent",
        "--source",
        str(source),
        "--camera",
        "gate-1",
        "--place",
        "Gate.North",
    ]
    return subprocess.run(
        [*command, "--bucket", bucket, *more],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_face_becomes_one_object_that_says_where_it_comes_from(
    environment: dict[str, str], folder: Path, bucket: str, aws: Any, tmp_path: Path
) -> None:
    before = datetime.now(UTC)
    done = run(environment, folder, bucket, "--json", str(tmp_path / "report.json"))
    assert (done.returncode, done.stderr) == (0, "")
    empty, one, other = lines(done)
    assert empty == {"frame": "a-nobody.png", "faces": 0, "too_small": 0}
    assert json.loads((tmp_path / "report.json").read_text()) == [empty, one, other]
    assert one["key"] != other["key"]
    assert one["captured_at"] == other["captured_at"]
    for line in (one, other):
        assert KEY.fullmatch(line["key"])
        assert line["frame"] == "b-two-people.jpg"
        assert before.timestamp() - 0.001 <= datetime.fromisoformat(line["captured_at"]).timestamp()
        stored = aws("s3").get_object(Bucket=bucket, Key=line["key"], ChecksumMode="ENABLED")
        assert stored["VersionId"] == line["version"]
        assert stored["ContentType"] == "image/jpeg"
        assert stored["ChecksumSHA256"]
        assert stored["Metadata"] == {
            "place": "Gate.North",
            "captured-at": line["captured_at"].replace("+00:00", "Z"),
            "frame": "b-two-people.jpg",
            "agent-version": __version__,
        }
        assert stored["Body"].read().startswith(b"\xff\xd8")


def test_whole_pictures_are_uploaded_as_they_are(
    environment: dict[str, str], folder: Path, bucket: str, aws: Any
) -> None:
    (folder / "c.bmp").write_bytes(b"BM" + bytes(99))
    (folder / "d.jpg").write_bytes(b"\xff\xd8\xff" + bytes(15 * 1024 * 1024))
    done = run(environment, folder, bucket, "--whole")
    assert done.returncode == 1
    *whole, odd, large = lines(done)
    assert [line["frame"] for line in whole] == ["a-nobody.png", "b-two-people.jpg"]
    for line in whole:
        assert re.fullmatch(r"frames/gate-1/\d{8}T\d{9}Z-[0-9a-f]{16}\.jpg", line["key"])
        stored = aws("s3").get_object(Bucket=bucket, Key=line["key"])
        assert stored["VersionId"] == line["version"]
        assert stored["Metadata"]["place"] == "Gate.North"
        assert stored["Body"].read() == (folder / line["frame"]).read_bytes()
    assert odd == {"frame": "c.bmp", "error": "is neither JPEG nor PNG"}
    assert large["error"].startswith("the file has ")


def test_the_same_picture_gives_the_same_shots_again(environment: dict[str, str], folder: Path, bucket: str) -> None:
    def shots() -> list[str]:
        return [line["key"].rsplit("-")[-1] for line in lines(run(environment, folder, bucket)) if "key" in line]

    assert shots() == shots()


def test_faces_below_the_minimum_are_counted_but_stay_here(
    environment: dict[str, str], folder: Path, bucket: str
) -> None:
    done = run(environment, folder, bucket, "--min-face", "600")
    assert done.returncode == 0
    assert lines(done)[1] == {"frame": "b-two-people.jpg", "faces": 0, "too_small": 2}


def test_a_picture_that_cannot_be_read_is_told_and_the_others_go_on(
    environment: dict[str, str], folder: Path, bucket: str, scene: bytes
) -> None:
    (folder / "aa.jpg").write_bytes(b"broken")
    (folder / os.fsdecode(b"z-\xc3\xa4 \xff.jpg")).write_bytes(scene)
    done = run(environment, folder, bucket)
    assert done.returncode == 1
    told = lines(done)
    assert told[1] == {"frame": "aa.jpg", "error": "is not a picture"}
    assert [line["frame"] for line in told if "key" in line][-1] == os.fsdecode(b"z-\xc3\xa4 \xff.jpg")
    assert len(told) == 6


def test_a_shot_that_is_there_already_is_not_written_again(
    environment: dict[str, str], bucket: str, aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    frame = Frame(Path("twice.jpg"), datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC))
    uploader = Uploader(bucket, "gate-1", "gate")
    first = uploader.put(frame, Crop(b"crop", 1, 1))
    again = uploader.put(frame, Crop(b"crop", 1, 1))
    assert first.key.startswith("crops/gate-1/20260102T030405678Z-")
    assert (first.was_there, again.was_there) == (False, True)
    assert again.key == first.key
    versions = aws("s3").list_object_versions(Bucket=bucket, Prefix=first.key)["Versions"]
    assert [version["VersionId"] for version in versions] == [first.version]


def test_what_keeps_the_agent_from_working_is_one_line(
    environment: dict[str, str], folder: Path, bucket: str, tmp_path: Path
) -> None:
    nowhere = {**environment, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}", "AWS_MAX_ATTEMPTS": "1"}
    for done, reason in (
        (run(environment, folder, "no-such-bucket-here"), "NoSuchBucket"),
        (run(nowhere, folder, bucket), "can't be reached"),
        (run(environment, tmp_path / "nowhere", bucket), "is no folder"),
        (run(environment, folder, bucket, "--models", str(tmp_path)), "is missing"),
        (run(environment, folder, bucket, "--json", str(tmp_path / "no" / "report.json")), "cannot write"),
    ):
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert reason in done.stderr


@pytest.mark.parametrize("option", ["--camera=a/b", "--camera=", "--place=a b", "--min-face=0", "--min-face=x"])
def test_names_that_the_cloud_does_not_take_are_refused(
    environment: dict[str, str], folder: Path, bucket: str, option: str
) -> None:
    done = run(environment, folder, bucket, option)
    assert done.returncode == 2
    assert option.split("=")[0] in done.stderr.splitlines()[-1]
