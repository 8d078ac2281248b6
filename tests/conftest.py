"""Fixtures that several suites share."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import hypothesis
import pytest
from botocore.config import Config

from tests.serving import serving

pytest_plugins = ("tests.aws_endpoint", "tests.browser", "tests.face_service", "tests.rekognition_endpoint")

# A slow machine is no failure: no timing decides a test.
hypothesis.settings.register_profile("homeward", deadline=None)
hypothesis.settings.load_profile("homeward")

TESTS = Path(__file__).resolve().parent
REGION = "us-east-1"
LONGEST_NAME = 300  # letters
# By how long their files take: the long ones first, so that none is left for a single process at the end.
SUITES = ("e2e", "contract", "dags", "statemachines", "invariants", "aws", "mwaa", "unit", "architecture")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long suites first, and refuse long names: a test's name goes into memory, environment and reports often."""
    items.sort(key=lambda item: SUITES.index(item.path.relative_to(TESTS).parts[0]))
    for item in items:
        if len(item.nodeid) > LONGEST_NAME:
            raise pytest.UsageError(
                f"give the cases ids: the name of {item.nodeid[:150]}... is {len(item.nodeid)} long"
            )


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """A run in the background begins with Ctrl-C ignored, and what a process ignores its children ignore too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def private_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What processes of one machine share about a source (its pace, its refusals) is of this session only."""
    folder = str(tmp_path_factory.mktemp("shared"))
    with pytest.MonkeyPatch.context() as patches:
        patches.setenv("TMPDIR", folder)
        patches.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture(scope="session")
def cloud_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A local cloud of this test session's own."""
    folder = tmp_path_factory.mktemp("cloud")
    with serving("standins.cloud", "--data", str(folder / "data"), log=folder / "log") as url:
        yield url


@pytest.fixture(scope="session")
def aws(cloud_url: str) -> Any:
    """Return a maker of boto3 clients for the local cloud."""
    session = boto3.Session("test", "test", region_name=REGION)
    config = Config(inject_host_prefix=False, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return lambda service: session.client(service, endpoint_url=cloud_url, config=config)
