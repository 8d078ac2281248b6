"""`make test-aws` against a local cloud: it passes, and nothing is left of it, whatever happens meanwhile."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from homeward.adapters.aws import client
from tests.aws.belongings import belongings
from tests.deployed import AWS
from tests.serving import ROOT, free_port, serving

ACCOUNT = "111122223333"
PART = "tests/aws/test_deployment.py"
Run = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An empty cloud with its face service, as an environment; this process's clients reach it, too."""
    folder, port = tmp_path_factory.mktemp("test-aws"), free_port()
    found = {**AWS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    with pytest.MonkeyPatch.context() as env:
        for name, value in found.items():
            env.setenv(name, value)
        with serving("standins.rekognition", "--data", str(folder / "faces"), log=folder / "faces.log") as faces:
            found["AWS_ENDPOINT_URL_REKOGNITION"] = faces
            env.setenv("AWS_ENDPOINT_URL_REKOGNITION", faces)
            options = ["--data", str(folder / "cloud"), "--rekognition-url", faces]
            with serving("standins.cloud", *options, log=folder / "cloud.log", port=port):
                client.cache_clear()
                yield found
    client.cache_clear()


@pytest.fixture
def run(cloud: dict[str, str]) -> Callable[..., Run]:
    """Run a module of Python's with that cloud's environment, `settings` besides."""

    def started(*arguments: str, **settings: str) -> Run:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HOMEWARD_"))}
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**clean, **cloud, **settings},
            capture_output=True,
            text=True,
            timeout=180,
        )

    return started


def suite(run: Callable[..., Run], tmp_path: Path, *arguments: str, **settings: str) -> Run:
    # Of its own cache: what failed here isn't what --last-failed means.
    options = ("-q", "-o", f"cache_dir={tmp_path / 'cache'}", "-p", "no:xdist")
    return run("pytest", *options, *arguments, "--aws", **settings)


def everything() -> list[Any]:
    """All that anybody has made on the cloud, whatever it is called; keys that wait for their end aside."""
    keys = [one["KeyId"] for one in client("kms").list_keys()["Keys"]]
    states = [client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] for key in keys]
    return [
        *(one for one in client("cloudformation").describe_stacks()["Stacks"]),
        *client("s3").list_buckets()["Buckets"],
        *client("dynamodb").list_tables()["TableNames"],
        *client("ssm").describe_parameters()["Parameters"],
        *client("logs").describe_log_groups()["logGroups"],
        *client("sqs").list_queues().get("QueueUrls", []),
        *client("rekognition").list_collections()["CollectionIds"],
        *client("lambda").list_functions()["Functions"],
        *client("lambda").list_layers()["Layers"],
        *client("stepfunctions").list_state_machines()["stateMachines"],
        *client("sns").list_topics()["Topics"],
        *client("cloudwatch").describe_alarms()["MetricAlarms"],
        *client("events").list_rules()["Rules"],
        *client("iam").list_roles()["Roles"],
        *client("iam").list_policies(Scope="Local")["Policies"],
        *(state for state in states if state != "PendingDeletion"),
    ]


def stack_of(finished: Run) -> str:
    found = re.search(r"python -m tests\.aws\.cleanup (homeward-test-[0-9a-f]{8})", finished.stdout)
    assert found, finished.stdout + finished.stderr
    return found[1]


def test_it_passes_and_leaves_nothing(run: Callable[..., Run], tmp_path: Path) -> None:
    finished = suite(run, tmp_path, "tests/aws", HOMEWARD_TEST_AWS=ACCOUNT)
    assert finished.returncode == 0, finished.stdout
    assert re.search(r"at AWS's list prices at most \d+\.\d\d USD", finished.stdout)
    assert re.search(r"\d+ passed, \d+ deselected", finished.stdout)
    assert everything() == []


def test_a_test_that_fails_leaves_nothing(run: Callable[..., Run], tmp_path: Path) -> None:
    trouble = ("-p", "tests.contract.aws.trouble")
    finished = suite(run, tmp_path, PART, *trouble, HOMEWARD_TEST_AWS=ACCOUNT, TROUBLE="fail")
    assert finished.returncode == 1
    assert "1 failed" in finished.stdout
    assert everything() == []


def test_after_a_kill_the_command_cleans_up(run: Callable[..., Run], tmp_path: Path) -> None:
    client("s3").create_bucket(Bucket="somebody-elses")
    trouble = ("-s", "-p", "tests.contract.aws.trouble")
    killed = suite(run, tmp_path, PART, *trouble, HOMEWARD_TEST_AWS=ACCOUNT, TROUBLE="kill")
    assert killed.returncode == -signal.SIGKILL
    stack = stack_of(killed)
    assert {"stack", "bucket", "table", "key", "collection"} <= {kind for kind, _ in belongings(stack)}
    client("s3").put_object(Bucket=bucket_of(stack), Key="left", Body=b"behind")
    for refused in ({}, {"HOMEWARD_TEST_AWS": "444455556666"}):
        assert run("tests.aws.cleanup", stack, **refused).returncode == 2
    assert run("tests.aws.cleanup", "homeward", HOMEWARD_TEST_AWS=ACCOUNT).returncode == 2
    for _ in range(2):
        cleaned = run("tests.aws.cleanup", stack, HOMEWARD_TEST_AWS=ACCOUNT)
        assert (cleaned.returncode, cleaned.stdout.splitlines()[-1]) == (0, f"{stack}: nothing left"), cleaned.stderr
    assert [one["Name"] for one in everything()] == ["somebody-elses"]
    client("s3").delete_bucket(Bucket="somebody-elses")


def bucket_of(stack: str) -> str:
    return next(name for kind, name in belongings(stack) if kind == "bucket" and "auditbucket" in name)


def test_without_the_account_s_id_nothing_begins(run: Callable[..., Run], tmp_path: Path) -> None:
    refused = suite(run, tmp_path, PART, HOMEWARD_TEST_AWS="444455556666")
    assert refused.returncode == 4
    assert "HOMEWARD_TEST_AWS" in refused.stderr


def test_without_the_option_nothing_is_even_skipped(run: Callable[..., Run], tmp_path: Path) -> None:
    finished = run("pytest", "-q", "-o", f"cache_dir={tmp_path / 'cache'}", PART)
    assert re.search(r"\d+ deselected", finished.stdout)
    assert "skipped" not in finished.stdout
    assert "passed" not in finished.stdout
