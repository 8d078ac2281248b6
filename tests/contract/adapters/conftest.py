"""Adapters against the deployed template, on a local cloud with its face service."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from homeward.adapters.alerts import DynamoAlertStore
from homeward.adapters.audit_log import DynamoAuditLog
from homeward.adapters.detections import DynamoDetectionStore
from homeward.adapters.look_alikes import DynamoLookAlikeStore
from homeward.adapters.reviews import DynamoReviewStore
from homeward.adapters.work_rows import DynamoWorkStore
from homeward.domain.detections import Detection
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests import memory
from tests.contract.adapters.town import Town
from tests.contract.namus_client.scripted import Answer, scripted_server
from tests.deployed import deployed
from tests.drawn_faces import faces
from tests.factories import namus

__all__ = ["faces"]
_numbers = itertools.count(81_000, 10)


@pytest.fixture(scope="package")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The names of what is deployed; the adapters' clients find it through the environment."""
    with deployed(tmp_path_factory.mktemp("adapters"), "adapters") as settings:
        yield settings


@dataclass(frozen=True)
class Stores:
    """The stores of the detection machine, over the same tables; `work` sees the detections as pieces of work."""

    alerts: Any
    detections: Any
    reviews: Any
    look_alikes: Any
    audit: Any
    work: Any


@pytest.fixture(params=["dynamodb", "memory"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """The adapters, and the stores in memory that the invariants are tested with: both keep the same promises."""
    return _in_memory() if request.param == "memory" else _deployed(request.getfixturevalue("settings"))


def _deployed(settings: Settings) -> Stores:
    detections, audit = (settings[name] for name in (Setting.DETECTIONS_TABLE, Setting.AUDIT_TABLE))
    return Stores(
        alerts=DynamoAlertStore(settings[Setting.ALERTS_TABLE], detections, audit),
        detections=DynamoDetectionStore(detections, audit),
        reviews=DynamoReviewStore(settings[Setting.REVIEWS_TABLE], detections, audit),
        look_alikes=DynamoLookAlikeStore(settings[Setting.LOOKALIKES_TABLE], audit),
        audit=DynamoAuditLog(audit),
        work=DynamoWorkStore(detections, "detection_id", lambda row: Detection.from_json(row).to_json(), audit),
    )


def _in_memory() -> Stores:
    tables = memory.Tables()
    return Stores(
        alerts=memory.MemoryAlerts(tables),
        detections=memory.MemoryDetections(tables),
        reviews=memory.MemoryReviews(tables),
        look_alikes=memory.MemoryLookAlikes(tables),
        audit=memory.MemoryAudit(tables),
        work=memory.MemoryWork(tables),
    )


@pytest.fixture(scope="session")
def portraits(request: pytest.FixtureRequest) -> Portraits:
    """Faces of people who do not exist, drawn once a checkout."""
    return Portraits(request.config.cache.mkdir("portraits"))


@pytest.fixture
def town(settings: Settings, portraits: Portraits) -> Iterator[Town]:
    """Three cases: one with a portrait and a map, one with a faceless picture, one without pictures."""
    first = next(_numbers)
    portrait = portraits.get(0)
    assert portrait is not None
    map_ = namus.image(2, caption="Map of the area")
    records = [
        namus.record(first, images=[namus.image(1), map_, namus.image(3, "Tattoo")]),
        namus.record(first + 1, images=[namus.image(1)]),
        namus.record(first + 2, images=[]),
    ]
    with scripted_server() as server:
        town = Town(f"town{first}", server, settings, {record["id"]: record for record in records})
        town.picture(first, 1, Answer(portrait.data))
        town.picture(first + 1, 1, Answer(namus.jpeg(300, 300)))
        yield town
