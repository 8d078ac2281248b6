"""A rebuild that is killed at any moment, and done again, ends like one that nobody disturbed."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from homeward.settings import Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.test_sync_killed import killed_at
from tests.contract.rebuild.rebuilding import Rebuilding, rebuilding_town
from tests.contract.rebuild.test_withdrawn import moments_of

KILLS = 20
ONE, TWO = "missing-people-1", "missing-people-2"


def outcome(town: Rebuilding) -> Any:
    """What is live, which collections are there with how many faces of a photo, and what the rows know."""
    held = {name: Counter(len(ids) for ids in town.faces(name).values()) for name in town.collections()}
    rows = [(photo.status, photo.face_id is not None, len(photo.other_faces)) for photo in town.photos()]
    records = [(one.collection, one.state) for one in town.records.all()]
    return town.live, held, rows, records, town.disagreements()


@pytest.fixture(scope="module")
def undisturbed(settings: Settings, portraits: Portraits) -> tuple[Any, int]:
    """What a rebuild ends in that nobody disturbs, and how many moments it has."""
    with rebuilding_town(settings, portraits) as town:
        moments = moments_of(town)
        return outcome(town), moments


def test_there_is_something_to_disturb(undisturbed: tuple[Any, int]) -> None:
    live, held, rows, records, disagreements = undisturbed[0]
    assert (live, held, disagreements) == (TWO, {ONE: {1: 4}, TWO: {1: 4}}, [])
    assert rows == [("INDEXED", True, 2)] * 4
    assert records == [(ONE, "RETIRED"), (TWO, "LIVE")]


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_and_done_again(
    settings: Settings, portraits: Portraits, undisturbed: tuple[Any, int], number: int
) -> None:
    """Done again as Airflow does: the task that died, and what follows."""
    expected, moments = undisturbed
    moment = random.Random(20261123).sample(range(moments), KILLS)[number]
    with rebuilding_town(settings, portraits) as town:
        run = town.new_run()
        assert killed_at(town.town, moment, lambda: town.rebuild(run))
        _go_on(town, run)
        assert outcome(town) == expected, f"killed at moment {moment} of {moments}"


def _go_on(town: Rebuilding, run: str) -> None:
    if town.live == ONE:
        town.rebuild(run)
    else:
        town.switch(run)
        town.adopt(run)
