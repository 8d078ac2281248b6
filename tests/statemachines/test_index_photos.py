"""The real index_photos machine, walked path by path on the local cloud with a scripted function."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "statemachines/index_photos"
ASL = (FOLDER / "index_photos.asl.json").read_text()
BOOK = json.loads((FOLDER / "cases.json").read_text())["cases"]
ROLE = "arn:aws:iam::111122223333:role/test"
BUCKET = "scripted-photos"


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(Path(__file__).with_name("scripted_photos.py"), "scripted_photos.py")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("photos")


@pytest.fixture(scope="module")
def machine(aws: Any, folder: Path) -> Iterator[str]:
    """The machine, with the scripted function behind its task."""
    function = aws("lambda").create_function(
        FunctionName="scripted-IndexPhoto",
        Runtime="python3.12",
        Role=ROLE,
        Handler="scripted_photos.handler",
        Timeout=10,
        Environment={"Variables": {"FOLDER": str(folder)}},
        Code={"ZipFile": _zip()},
    )["FunctionArn"]
    definition = ASL.replace("${IndexPhotoFunctionArn}", function)
    assert "${" not in definition
    aws("s3").create_bucket(Bucket=BUCKET)
    machines = aws("stepfunctions")
    answer = machines.create_state_machine(name="scripted-index_photos", definition=definition, roleArn=ROLE)
    yield answer["stateMachineArn"]
    machines.delete_state_machine(stateMachineArn=answer["stateMachineArn"])


def _run(aws: Any, machine: str, folder: Path, name: str) -> dict[str, Any]:
    case, slug = BOOK[name], re.sub("[^a-z]+", "-", name)
    (folder / slug).mkdir()
    (folder / slug / "script.json").write_text(json.dumps(case["photos"]))
    lines = "".join(json.dumps({"photo": f"{slug}/{number}"}) + "\n" for number in case["photos"])
    key = f"sync/{slug}/photos.jsonl"
    aws("s3").put_object(Bucket=BUCKET, Key=key, Body=lines.encode())
    machines = aws("stepfunctions")
    start = {"stateMachineArn": machine, "name": slug, "input": json.dumps({"bucket": BUCKET, "key": key})}
    arn, deadline = machines.start_execution(**start)["executionArn"], time.monotonic() + 60
    while (execution := machines.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < deadline, f"{name} never ended"
        time.sleep(0.02)
    return dict(execution)


@pytest.mark.parametrize("name", BOOK)
def test_path(aws: Any, machine: str, folder: Path, name: str) -> None:
    case, slug = BOOK[name], re.sub("[^a-z]+", "-", name)
    execution = _run(aws, machine, folder, name)
    history = aws("stepfunctions").get_paginator("get_execution_history")
    events = [e for page in history.paginate(executionArn=execution["executionArn"]) for e in page["events"]]
    path = [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]
    assert [state for state in path if state != "Index Photo"] == case["path"], execution
    if "error" in case:
        assert (execution["status"], execution["error"]) == ("FAILED", case["error"]), execution
        assert execution["cause"].startswith(case["cause"])
    else:
        assert execution["status"] == "SUCCEEDED", execution
        assert json.loads(execution["output"])["photos"] == case["counted"]
    assert all(f"{slug}/{number}" in _results(aws, slug) for number in case["photos"])
    for number, calls in case["calls"].items():
        assert len(list((folder / slug).glob(f"call {number} *"))) == calls


def _results(aws: Any, slug: str) -> str:
    """Everything that the map wrote into the run's folder."""
    found = aws("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"sync/{slug}/index-results/").get("Contents", [])
    return "".join(aws("s3").get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read().decode() for item in found)
