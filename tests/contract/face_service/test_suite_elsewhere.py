"""The suite of tests/contract/rekognition at another endpoint, as against AWS: here a second name for the local one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.rekognition_endpoint import PREFIX
from tests.serving import ROOT

SUITE = "tests/contract/rekognition"
CACHE = "cache_dir=.pytest_cache/elsewhere"  # so that it doesn't change what --last-failed means here
LEAVES_ONE = """
from tests.contract.rekognition.conftest import client, new_name, prefix

def test_that_fails(client, new_name):
    client.create_collection(CollectionId=new_name())
    assert False
"""


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run pytest --rekognition=aws with no AWS settings but these."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-o", CACHE, "--rekognition=aws", *arguments],
        cwd=ROOT,
        env={**environment, **nowhere, "AWS_EC2_METADATA_DISABLED": "true", **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )


def signed(service_url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL_REKOGNITION": service_url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def left_behind(client: Any) -> list[str]:
    return [name for name in client.list_collections()["CollectionIds"] if name.startswith(PREFIX)]


def test_it_runs_there_counts_what_it_costs_and_leaves_nothing(service_url: str, client: Any) -> None:
    before = left_behind(client)  # what this session's own tests keep until its end
    parts = (f"{SUITE}/test_collections.py", f"{SUITE}/test_validation.py", f"{SUITE}/test_s3.py")
    result = run(*parts, **signed(service_url))
    assert result.returncode == 0, result.stdout
    assert re.search(r"Rekognition: \d+ tests make about \d+ calls, .* USD an image", result.stdout)
    made = re.search(r"Rekognition: (\d+) calls made, \d+ charged: .*CreateCollection (\d+)", result.stdout)
    assert made
    assert int(made[1]) > int(made[2]) >= 5
    assert "--rekognition-bucket NAME" in result.stdout  # why the tests of S3 were left out
    assert left_behind(client) == before


def test_what_a_failed_test_leaves_is_deleted(service_url: str, client: Any, tmp_path: Path) -> None:
    before = left_behind(client)
    (tmp_path / "test_leaving.py").write_text(LEAVES_ONE)
    plugins = ("-p", "tests.face_service", "-p", "tests.rekognition_endpoint", "--rootdir", str(ROOT))
    result = run(*plugins, str(tmp_path / "test_leaving.py"), **signed(service_url))
    assert "1 failed" in result.stdout
    assert "CreateCollection 1, DeleteCollection 1" in result.stdout
    assert left_behind(client) == before


def test_without_credentials_or_region_it_says_so_and_stops() -> None:
    for settings, named in (({"AWS_DEFAULT_REGION": "us-east-1"}, "AWS_ACCESS_KEY_ID"), ({}, "AWS_DEFAULT_REGION")):
        result = run(SUITE, **settings)
        assert result.returncode == 4
        (line,) = result.stderr.strip().splitlines()
        assert line.startswith("ERROR: --rekognition=aws needs ")
        assert named in line
        assert result.stdout == ""
