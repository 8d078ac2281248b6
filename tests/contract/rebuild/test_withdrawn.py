"""Who leaves leaves every generation, at any moment of a rebuild; and generations themselves leave in time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from homeward.adapters.aws import client
from homeward.domain.cases import PhotoStatus
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.test_sync_killed import tell_each_request
from tests.contract.rebuild.rebuilding import Rebuilding, rebuilding_town

ONE, TWO, THREE = "missing-people-1", "missing-people-2", "missing-people-3"
MOMENTS = 12


@pytest.fixture
def town(settings: Settings, portraits: Portraits) -> Iterator[Rebuilding]:
    with rebuilding_town(settings, portraits) as town:
        yield town


def faces_of(town: Rebuilding, number: int) -> dict[str, list[str]]:
    """The faces of a case in every generation that has any."""
    key = f"{town.town.key(number)}:"
    found = {name: [photo for photo in town.faces(name) if photo.startswith(key)] for name in town.collections()}
    return {name: photos for name, photos in found.items() if photos}


def test_who_leaves_before_between_and_after(town: Rebuilding) -> None:
    first, second = town.town.cases
    run = town.build()
    town.withdraw(first)
    assert faces_of(town, first) == {}
    town.switch(run)
    town.adopt(run)
    assert sorted(faces_of(town, second)) == [ONE, TWO]
    town.withdraw(second)
    assert faces_of(town, second) == {}
    assert {photo.status for photo in town.photos()} == {PhotoStatus.WITHDRAWN}
    assert {photo.face_ids for photo in town.photos()} == {()}


def test_who_leaves_before_the_rows_have_followed(town: Rebuilding) -> None:
    first, second = town.town.cases
    run = town.build()
    town.switch(run)
    town.withdraw(first)
    assert faces_of(town, first) == {}
    assert town.adopt(run) == {"ADOPT_FACE": 2, "INDEX_AGAIN": 0}
    assert sorted(faces_of(town, second)) == [ONE, TWO]


def test_a_photo_that_was_refused_and_found_by_the_new_one_leaves_too(town: Rebuilding) -> None:
    photo = town.photos()[0]
    _refuse(town, photo)
    run = town.build()
    number = int(photo.key.case.number)
    (row,) = [one for one in town.town.store.photos_of(photo.key.case) if one.key == photo.key]
    assert (row.status, len(row.other_faces)) == (PhotoStatus.REFUSED, 1)
    town.withdraw(number)
    assert faces_of(town, number) == {}
    town.switch(run)
    assert faces_of(town, number) == {}


def test_a_photo_that_was_refused_is_searchable_after_the_switch(town: Rebuilding) -> None:
    photo = town.photos()[0]
    _refuse(town, photo)
    run = town.build()
    town.switch(run)
    assert town.adopt(run) == {"ADOPT_FACE": 4, "INDEX_AGAIN": 0}
    row = town.town.store.get_photo(photo.key)
    assert row is not None
    assert (row.status, row.reason) == (PhotoStatus.INDEXED, None)
    assert town.disagreements() == []


def _refuse(town: Rebuilding, photo: Any) -> None:
    """As if the live face model had refused it."""
    town.lose(ONE, photo.face_id)
    client("dynamodb").update_item(
        TableName=town.town.settings[Setting.PHOTOS_TABLE],
        Key={"case": {"S": str(photo.key.case)}, "photo_id": {"S": photo.key.photo_id}},
        UpdateExpression="SET #status = :refused, reason = :why REMOVE face_id",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":refused": {"S": "REFUSED"}, ":why": {"S": "LOW_SHARPNESS"}},
    )


def moments_of(town: Rebuilding) -> int:
    """How many requests' beginnings and ends a rebuild has."""
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1

    with pytest.MonkeyPatch.context() as patches:
        tell_each_request(patches, tick)
        town.rebuild()
    return ticks


@pytest.fixture(scope="module")
def moments(settings: Settings, portraits: Portraits) -> int:
    with rebuilding_town(settings, portraits) as town:
        return moments_of(town)


@pytest.mark.parametrize("number", range(MOMENTS))
def test_who_leaves_at_any_moment_of_a_rebuild(
    settings: Settings, portraits: Portraits, moments: int, number: int
) -> None:
    moment = random.Random(20261124).sample(range(moments), MOMENTS)[number]
    with rebuilding_town(settings, portraits) as town:
        first, second = town.town.cases
        ticks = 0

        def tick() -> None:
            nonlocal ticks
            ticks += 1
            if ticks == moment + 1:
                town.withdraw(first)

        with pytest.MonkeyPatch.context() as patches:
            tell_each_request(patches, tick)
            assert town.rebuild() == TWO
        assert ticks > moment
        assert faces_of(town, first) == {}, f"left at moment {moment} of {moments}"
        assert sorted(faces_of(town, second)) == [ONE, TWO]
        assert town.disagreements() == []


def test_a_face_that_nobody_knows_of_is_cleared_from_what_is_not_live(town: Rebuilding) -> None:
    """As it is left by who dies between indexing and noting, while the photo leaves."""
    town.rebuild()
    photos = town.photos()
    town.plant(ONE, f"{town.town.key(999)}:1:gone", town.pictures[3])
    assert town.retire() == []
    assert sorted(town.faces(ONE)) == sorted(photo.key.external_image_id for photo in photos)


# --------------------------------------------------------------------------------------------- generations


def test_a_retired_generation_goes_when_its_time_is_up_and_no_other(town: Rebuilding) -> None:
    town.rebuild()
    photo = town.photos()[0]
    begun = town.new_run()
    town.plan(begun)
    client("rekognition").create_collection(CollectionId="missing-people-9")
    there = [ONE, TWO, THREE, "missing-people-9"]
    town.later = timedelta(days=29)
    assert (town.retire(), town.collections()) == ([], there)
    town.later = timedelta(days=31)
    assert (town.retire(dry_run=True), town.collections()) == ([ONE], there)
    assert (town.retire(), town.collections()) == ([ONE], there[1:])
    assert town.retire() == []
    assert town.seen(photo) == (TWO, str(photo.key.case))
    (event,) = [one for one in town.town.audit.story(f"collection:{ONE}") if one.action == "delete_retired"][-1:]
    assert (event.outcome, event.details["keep_days"]) == ("DELETED", 30)
    town.withdraw(min(town.town.cases))
    assert faces_of(town, min(town.town.cases)) == {}


def test_the_live_one_is_never_deleted_whatever_its_record_says(town: Rebuilding) -> None:
    """A switch that died right before its one write leaves such a record."""
    run = town.build()
    town.work.collections.create(TWO)
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr("homeward.adapters.parameters.point", _dies)
        with pytest.raises(RuntimeError):
            town.switch(run)
    record = town.records.get(ONE)
    assert record is not None
    assert record.state == "RETIRED"
    town.later = timedelta(days=100)
    assert town.retire() == []
    assert town.live == ONE
    assert town.rebuild() == TWO


def _dies(name: str, value: str) -> None:
    raise RuntimeError


def test_who_is_asked_for_again_stays_for_as_long_again(town: Rebuilding) -> None:
    town.rebuild()
    town.later = timedelta(days=25)
    town.plan(town.new_run(), switch_to=ONE)
    town.later = timedelta(days=50)
    assert town.retire() == []
    town.later = timedelta(days=56)
    assert town.retire() == [ONE]
    assert town.rebuild() == THREE, "a number is never given twice"
