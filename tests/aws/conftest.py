"""A stack of this run's own, in the account that the environment leads to, which is gone again afterwards."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from homeward.adapters import parameters
from homeward.adapters.aws import client
from homeward.bootstrap import base
from homeward.deployment import Deployment, deploy
from homeward.settings import Setting, Settings
from homeward.steps.write_manifest import WriteManifest
from standins.people.portraits import Portraits
from tests.aws import artifacts
from tests.aws.account import is_aws
from tests.aws.cleanup import remove
from tests.aws_endpoint import NAME
from tests.contract.adapters.conftest import Stores, _deployed, portraits
from tests.contract.adapters.town import Town
from tests.contract.namus_client.scripted import Answer, scripted_server
from tests.contract.retention.sightings import Sightings
from tests.drawn_faces import faces
from tests.factories import namus

__all__ = ["faces", "portraits"]
PATIENCE_SECONDS = 600  # AWS tries a failed event again after one minute, and after two more
LOCAL_PATIENCE_SECONDS = 30


def until(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait for it, on a local cloud not for long; its answer."""
    end = time.monotonic() + (seconds if is_aws() else LOCAL_PATIENCE_SECONDS)
    while not (found := condition()):
        assert time.monotonic() < end, "it didn't happen in time"
        time.sleep(0.2)
    return found


@dataclass(frozen=True)
class Stack:
    """The stack under test. Its face collections are its own, too, whatever else is in the account."""

    name: str

    def deploy(self) -> Deployment:
        """Once, or again."""
        return deploy(self.name, parameters={"CollectionPrefix": f"{self.name}-faces"})


@pytest.fixture(scope="package")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The name; whatever was deployed is deleted at the end, and that is checked."""
    name = request.config.stash[NAME]
    with pytest.MonkeyPatch.context() as env:
        env.setenv("HOMEWARD_STACK", name)
        _forget()
        artifacts.note(name)
        try:
            yield Stack(name)
        finally:
            assert remove(name, lambda text: None) == []
    _forget()


def _forget() -> None:
    """What a process keeps belongs to one stack."""
    parameters.forget()
    base.settings.cache_clear()


@pytest.fixture(scope="package")
def deployed(stack: Stack) -> Deployment:
    """The first deployment."""
    return stack.deploy()


@dataclass(frozen=True)
class First:
    """As the contract tests of deployments want it."""

    result: Deployment


@pytest.fixture(scope="package")
def first(deployed: Deployment) -> First:
    return First(deployed)


@pytest.fixture(scope="package")
def aws() -> Any:
    return client


@pytest.fixture(scope="package")
def settings(deployed: Deployment) -> Settings:
    return Settings(deployed.settings)


@pytest.fixture
def stores(settings: Settings) -> Stores:
    """The adapters alone; as against the stores in memory the contract suites run them elsewhere."""
    return _deployed(settings)


@pytest.fixture(scope="package")
def indexed(settings: Settings, portraits: Portraits) -> Iterator[tuple[Sightings, dict[str, Any]]]:
    """Two cases, whose photos the machine index_photos has put into the collection; with its execution."""
    people = (portrait.data for portrait in map(portraits.get, itertools.count()) if portrait)
    pictures = list(itertools.islice(people, 3))
    with scripted_server() as server:
        records = {number: namus.record(number, images=[namus.image(1)]) for number in (900_001, 900_002)}
        town = Town("throwaway", server, settings, records)
        for number, picture in zip(records, (pictures[0], pictures[2]), strict=True):
            town.picture(number, 1, Answer(picture))
        run, batches = town.plan()
        for batch in batches:
            town.fetch(run, batch)
        arn = settings[Setting.INDEX_PHOTOS_MACHINE_ARN]
        manifest = WriteManifest(town.store, town.objects, town.bucket, arn)(run)
        yield Sightings(town, [pictures[0], pictures[2], pictures[1]], *records), _executed(arn, manifest)


def _executed(machine: str, payload: dict[str, Any]) -> dict[str, Any]:
    """An execution, once it has ended."""
    machines = client("stepfunctions")
    arn = machines.start_execution(stateMachineArn=machine, input=json.dumps(payload))["executionArn"]
    until(lambda: machines.describe_execution(executionArn=arn)["status"] != "RUNNING")
    return dict(machines.describe_execution(executionArn=arn))


@pytest.fixture
def seen(indexed: tuple[Sightings, dict[str, Any]]) -> Sightings:
    """Two cases at home, and a camera that can see either of them, or a stranger (2)."""
    return indexed[0]
