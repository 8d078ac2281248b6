"""The stack on a cloud that looks at every right, with a town of two cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.settings import Setting
from standins.people.portraits import Portraits
from tests.contract.adapters.conftest import portraits
from tests.contract.namus_client.scripted import scripted_server
from tests.contract.permissions.journeys import Journeys
from tests.contract.retention.sightings import settled
from tests.deployed import deployed

__all__ = ["portraits"]
STACK = "homeward"


@dataclass
class Guarded:
    """The journeys, and the log of every decision that was made about them."""

    journeys: Journeys
    log: Path


@pytest.fixture(scope="package")
def guarded(tmp_path_factory: pytest.TempPathFactory, portraits: Portraits) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("permissions")
    with deployed(folder, STACK, auth=True) as settings, scripted_server() as server:
        bootstrap.settings.cache_clear()
        _without_receipts(settings[Setting.ALERT_TOPIC_ARN])
        seen = settled(settings, portraits, server, name="namus")
        yield Guarded(Journeys(seen), folder / "cloud" / "access.jsonl")
    bootstrap.settings.cache_clear()


def _without_receipts(topic: str) -> None:
    """They would race with Mark Sent, which does the same; confirm_alert is called with one here."""
    for one in client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        client("sns").unsubscribe(SubscriptionArn=one["SubscriptionArn"])
