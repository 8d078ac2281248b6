"""`homeward bias` as a user runs it, on the real face service: the report, and nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeward.adapters.temporary_collection import PREFIX
from tests.drawn_faces import Faces
from tests.face_service import client_of, service_url

__all__ = ["service_url"]
HOMEWARD = [sys.executable, "-m", "homeward.cli", "bias", "--aws"]


@pytest.fixture
def rekognition(service_url: str) -> Iterator[Any]:
    client = client_of(service_url)
    yield client
    assert collections(client) == []


@pytest.fixture
def environment(service_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HOMEWARD_"))}
    access = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    return {**kept, **access, "AWS_ENDPOINT_URL_REKOGNITION": service_url}


def collections(client: Any) -> list[str]:
    return [name for name in client.list_collections()["CollectionIds"] if name.startswith(PREFIX)]


def put(path: Path, body: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path


@pytest.fixture
def people(tmp_path: Path, faces: Faces) -> Path:
    """Three people with two pictures each, and what is recorded of them."""
    for person in range(3):
        for variant in range(2):
            put(tmp_path / f"people/p{person}/{variant}.jpg", faces.portrait(person, variant))
    put(tmp_path / "people/p0/text.jpg", "no picture")
    put(tmp_path / "people.csv", "person,sex,ethnicity,age\np0,Female,Asian,30\np1,Female,,\np2,Male,Asian;White,70\n")
    return tmp_path


def test_a_report_of_labelled_pictures(
    people: Path, faces: Faces, environment: dict[str, str], rekognition: Any
) -> None:
    put(people / "others/stranger.jpg", faces.portrait(5))
    folders = ("--people", people / "people", "--non-mated", people / "others", "--out", people / "report")
    command = [*HOMEWARD, *map(str, folders), "--attributes", str(people / "people.csv")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "at most 15 calls" in done.stderr
    report = json.loads((people / "report/report.json").read_text())
    counts = report["statistics"]["counts"]
    assert (counts["people"], counts["photos"], counts["genuine"], counts["impostor"]) == (3, 6, 6, 12)
    assert report["measurement"]["left_out"] == {"NOT_AN_IMAGE": 1}
    assert report["strangers"]["groups"][0]["review"]["trials"] == 1
    assert not report["synthetic"]
    by_sex = next(level for level in report["statistics"]["levels"] if level["attributes"] == ["sex"])
    assert {group["label"]: group["people"] for group in by_sex["groups"]} == {"Female": 2, "Male": 1}
    page = (people / "report/report.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "<script" not in page


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_halfway_it_leaves_no_faces_behind(
    people: Path, environment: dict[str, str], rekognition: Any, number: signal.Signals
) -> None:
    for copy in range(300):
        shutil.copytree(people / "people/p1", people / f"people/copy-{copy}")
    command = [*HOMEWARD, "--people", str(people / "people"), "--out", str(people / "report")]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 60
        while not collections(rekognition):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert not list((people / "report").iterdir())


def test_pictures_without_a_face(people: Path, environment: dict[str, str], rekognition: Any) -> None:
    put(people / "none/p0/text.jpg", "no picture")
    command = [*HOMEWARD, "--people", str(people / "none"), "--out", str(people / "report")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "no picture has a usable face: NOT_AN_IMAGE 1" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
