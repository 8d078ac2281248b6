"""What was acknowledged survives the server, however it ends."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.cloud.conftest import ROOT, Cloud, states, wait_for

TABLE = "people"


def put(cloud: Cloud, name: str) -> None:
    cloud.client("dynamodb").put_item(TableName=TABLE, Item={"id": {"S": name}})


def item(cloud: Cloud, name: str) -> Any:
    return cloud.client("dynamodb").get_item(TableName=TABLE, Key={"id": {"S": name}}).get("Item")


def fill(cloud: Cloud) -> tuple[str, str]:
    """Something in several services; (bucket, execution)."""
    cloud.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    bucket = cloud.bucket()
    cloud.client("s3").put_object(Bucket=bucket, Key="photo", Body=b"picture", Metadata={"place": "station"})
    arn = cloud.start_execution(cloud.machine(states(Done={"Type": "Pass", "Output": 7, "End": True})))
    cloud.ended(arn)
    put(cloud, "one")
    return bucket, arn


def check(cloud: Cloud, bucket: str, arn: str) -> None:
    assert item(cloud, "one") == {"id": {"S": "one"}}
    found = cloud.client("s3").get_object(Bucket=bucket, Key="photo")
    assert (found["Body"].read(), found["Metadata"]) == (b"picture", {"place": "station"})
    assert cloud.ended(arn)["output"] == 7
    assert cloud.history(arn)[-1]["type"] == "ExecutionSucceeded"


def test_kill_loses_no_more_than_the_period(new_cloud: Callable[..., Cloud], tmp_path: Path) -> None:
    state = tmp_path / "data" / "state"
    cloud = new_cloud("--save-every=0.2", data=tmp_path / "data")
    bucket, arn = fill(cloud)
    for service, word in (("dynamodb", '"one"'), ("stepfunctions", "ExecutionSucceeded"), ("s3", bucket)):
        wait_for(lambda file=state / f"{service}.json", word=word: file.exists() and word in file.read_text(), within=3)
    cloud.end(signal.SIGKILL)
    again = new_cloud(data=tmp_path / "data")
    check(again, bucket, arn)


def test_kills_in_the_middle_of_writing_never_break_the_state(new_cloud: Callable[..., Cloud], tmp_path: Path) -> None:
    cloud = new_cloud("--save-every=0.01", data=tmp_path / "data")
    fill(cloud)
    saved = tmp_path / "data" / "state" / "dynamodb.json"
    written = 0
    for turn in range(3):
        for _ in range(60 + 17 * turn):
            put(cloud, f"item-{written}")
            written += 1
        wait_for(lambda: saved.exists() and "item-40" in saved.read_text())
        cloud.end(signal.SIGKILL)
        cloud = new_cloud("--save-every=0.01", data=tmp_path / "data")
        present = [number for number in range(written) if item(cloud, f"item-{number}")]
        assert present == list(range(len(present))), "what is lost is the last part, nothing in between"
        written = len(present)
        assert written > 40


@pytest.mark.parametrize("end_signal", [signal.SIGTERM, signal.SIGINT])
def test_orderly_end_saves_everything_at_once(new_cloud: Callable[..., Cloud], tmp_path: Path, end_signal: int) -> None:
    cloud = new_cloud("--save-every=3600", data=tmp_path / "data")
    bucket, arn = fill(cloud)
    began = time.monotonic()
    assert cloud.end(end_signal) == 0
    assert time.monotonic() - began < 5
    check(new_cloud(data=tmp_path / "data"), bucket, arn)


def test_damaged_state_is_refused_and_left_alone(new_cloud: Callable[..., Cloud], tmp_path: Path) -> None:
    cloud = new_cloud(data=tmp_path / "data")
    fill(cloud)
    assert cloud.end() == 0
    saved = tmp_path / "data" / "state" / "dynamodb.json"
    half = saved.read_text()[:-20]
    saved.write_text(half)
    result = subprocess.run(cloud.command(), cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 2
    assert [line for line in result.stderr.splitlines() if str(saved) in line and "damaged" in line]
    assert (result.stdout, saved.read_text()) == ("", half)
