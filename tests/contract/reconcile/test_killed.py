"""A reconcile run that is killed at any moment, and done again, ends like one that nobody disturbed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from homeward.settings import Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.test_sync_killed import killed_at, tell_each_request
from tests.contract.reconcile.drifting import Drifting, drifting_town

KILLS = 20
DAMAGE = (
    "lose_face",
    "lose_face_id",
    "add_second_face",
    "add_face_of_nobody",
    "lose_picture",
    "lose_picture_for_good",
    "add_picture_of_nobody",
    "lose_row",
    "lose_case",
    "lose_withdrawal",
)


@contextmanager
def drifted(settings: Settings, portraits: Portraits) -> Iterator[Drifting]:
    """Ten cases, one for each fault."""
    with drifting_town(settings, portraits, len(DAMAGE)) as town:
        for name, number in zip(DAMAGE, town.town.cases, strict=True):
            town.damage[name](min(town.town.store.photos_of(town.town.key(number)), key=lambda photo: photo.key))
        yield town


def outcome(drifting: Drifting) -> Any:
    """Rows, faces and pictures, without what differs between towns: names, and the ids that are given."""
    found = []
    for number in drifting.town.cases:
        case, photos, faces, pictures = drifting.holdings(number)
        rows = [(photo.key.identity_id, photo.status, photo.reason, photo.face_id is not None) for photo in photos]
        found.append((case.status if case else None, rows, [len(ids) for ids in faces.values()], len(pictures)))
    failed = drifting.town.failures.failed(drifting.town.name, "MP")
    return found, sorted(int(number) - min(drifting.town.cases) for number in failed)


@pytest.fixture(scope="module")
def undisturbed(settings: Settings, portraits: Portraits) -> tuple[Any, int]:
    """What a run ends in that nobody disturbs, and how many moments it has."""
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1

    with drifted(settings, portraits) as drifting:
        with pytest.MonkeyPatch.context() as patches:
            tell_each_request(patches, tick)
            drifting.repair("undisturbed")
        repaired = outcome(drifting)
        drifting.town.sync()
        assert drifting.disagreements() == []
        return repaired, ticks


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_and_done_again(
    settings: Settings, portraits: Portraits, undisturbed: tuple[Any, int], number: int
) -> None:
    expected, moments = undisturbed
    moment = random.Random(20261123).sample(range(moments), KILLS)[number]
    with drifted(settings, portraits) as drifting:
        run = f"killed-{number}"
        assert killed_at(drifting.town, moment, lambda: drifting.repair(run))
        drifting.repair(run)
        assert outcome(drifting) == expected, f"killed at moment {moment} of {moments}"
        drifting.town.sync()
        assert drifting.disagreements() == []
